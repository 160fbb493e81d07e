"""Reads notes only where Last Modified has moved; a note does not move it."""

from mockservers.harness.clients import reference

RULES = ("trackit.note.touches",)


class Client(reference("trackit")):
    def notes(self, number):
        known = self.tickets.get(number)
        if known and known["2"] == self.read(number)["2"]:
            return known["notes"]
        return super().notes(number)
