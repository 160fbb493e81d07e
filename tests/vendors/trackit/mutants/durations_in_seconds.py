"""Takes durations for minutes."""

from mockservers.harness.clients import reference

RULES = ("trackit.wire.duration",)


class Client(reference("trackit")):
    def notes(self, number):
        notes = super().notes(number)
        return notes and [{**note, "10": (note["10"] or 0) * 60} for note in notes]
