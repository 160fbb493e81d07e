"""Texts are trimmed at both ends."""

from mockservers.harness.clients import reference

RULES = ("querydata.details.content",)


class Client(reference("querydata")):
    def value(self, name, value):
        value = super().value(name, value)
        return value.strip() if isinstance(value, str) else value
