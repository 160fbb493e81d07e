"""Lines of all kinds are joined by a line feed."""

from mockservers.harness.clients import reference

RULES = ("querydata.details.content",)


class Client(reference("querydata")):
    def value(self, name, value):
        value = super().value(name, value)
        return "\n".join(value.splitlines()) if isinstance(value, str) else value
