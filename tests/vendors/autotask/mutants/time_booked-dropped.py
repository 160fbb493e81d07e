"""Writes down what was said, and never how long it took."""

from mockservers.harness.clients import reference

RULES = ("autotask.time.hours",)


class Client(reference("autotask", "writer")):
    def note(self, record, key, text, minutes=None):
        super().note(record, key, text)
