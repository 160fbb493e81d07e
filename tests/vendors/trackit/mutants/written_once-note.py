"""Writes a note again when it is told again."""

from mockservers.harness.clients import reference

RULES = ("trackit.write.no_idempotency", "trackit.note.add")


class Client(reference("trackit", "writer")):
    def note(self, record, key, text, minutes=None):
        self.unsure.pop(key, None)
        return super().note(record, key, text, minutes)
