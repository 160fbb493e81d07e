"""Writes a message again when it is told again."""

from mockservers.harness.clients import reference

RULES = ("superoffice.call.messages",)


class Client(reference("superoffice", "writer")):
    def note(self, record, key, text, minutes=None):
        self.unsure.pop(key, None)
        super().note(record, key, text, minutes)
