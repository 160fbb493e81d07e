"""Cuts every text at the length that a title may have."""

from mockservers.harness.clients import reference

RULES = ("autotask.write.length",)


class Client(reference("autotask", "writer")):
    def told(self, name, value):
        return super().told(name, value[:255] if isinstance(value, str) else value)
