"""White space is tidied up, and with it goes the shape of what people wrote."""

from mockservers.harness.clients import reference

RULES = ("autotask.wire.typed_fields",)


class Client(reference("autotask")):
    def value(self, element):
        found = super().value(element)
        return " ".join(found.split()) if isinstance(found, str) else found
