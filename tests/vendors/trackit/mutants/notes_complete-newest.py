"""Takes over notes that are newer than the newest that it knows: the second of one instant is never seen."""

from mockservers.harness.clients import reference

RULES = ("trackit.read.notes", "trackit.note.touches")


class Client(reference("trackit")):
    def notes(self, number):
        notes, known = super().notes(number), self.tickets.get(number, {}).get("notes", [])
        latest = max((note["7"] for note in known), default="")
        return notes and known + [note for note in notes if note["7"] > latest]
