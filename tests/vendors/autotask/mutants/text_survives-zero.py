"""Takes a nought for nothing."""

from mockservers.harness.clients import reference

RULES = ("autotask.wire.nulls",)


class Client(reference("autotask")):
    def value(self, element):
        return super().value(element) or None
