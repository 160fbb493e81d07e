"""Writes in Latin-1, and fails by itself where a text has a letter that is not in it."""

from mockservers.harness.clients import reference

RULES = ("autotask.request.types", "autotask.write.length")


class Client(reference("autotask", "writer")):
    def told(self, name, value):
        return super().told(name, value.encode("latin-1").decode("latin-1") if isinstance(value, str) else value)
