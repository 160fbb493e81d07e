"""Takes a note for private that has the field Private, whatever it says."""

from mockservers.harness.clients import reference

RULES = ("trackit.read.private", "trackit.note.private")


class Client(reference("trackit")):
    def notes(self, number):
        notes = super().notes(number)
        return notes and [{**note, "27": bool({"Value": note["27"]})} for note in notes]
