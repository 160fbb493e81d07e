"""Tells notes apart by their words: of two that say the same, one is kept."""

from mockservers.harness.clients import reference

RULES = ("trackit.read.notes",)


class Client(reference("trackit")):
    def notes(self, number):
        notes = super().notes(number)
        return notes and list({note["5"]: note for note in notes}.values())
