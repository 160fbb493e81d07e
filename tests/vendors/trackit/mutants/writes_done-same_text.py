"""Where a note had no answer, looks for it by its words, which others may have written too."""

from mockservers.harness.clients import reference

RULES = ("trackit.note.add", "trackit.write.no_idempotency")


class Client(reference("trackit", "writer")):
    def note(self, record, key, text, minutes=None):
        if key in self.unsure and any(note["5"] and text in note["5"] for note in self.notes(int(record)) or ()):
            return
        super().note(record, key, text, minutes)
