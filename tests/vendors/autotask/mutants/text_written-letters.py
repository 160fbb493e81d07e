"""Sends what does not fit into Latin-1 as question marks."""

from mockservers.harness.clients import reference

RULES = ("autotask.write.length",)


class Client(reference("autotask", "writer")):
    def told(self, name, value):
        fits = value.encode("latin-1", "replace").decode("latin-1") if isinstance(value, str) else value
        return super().told(name, fits)
