"""Writes a note again when it is told again."""

from mockservers.harness.clients import reference

RULES = ("autotask.write.duplicate",)


class Client(reference("autotask", "writer")):
    def note(self, record, key, text, minutes=None):
        self.unsure.discard(key)
        return super().note(record, key, text, minutes)
