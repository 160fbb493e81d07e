"""Keeps what it has where there is no such ticket any more."""

from mockservers.harness.clients import reference

RULES = ("trackit.delete.answer", "trackit.read.unknown")


class Client(reference("trackit")):
    def look(self, number):
        known = self.tickets.get(number)
        super().look(number)
        if known and number not in self.tickets:
            self.tickets[number] = known
