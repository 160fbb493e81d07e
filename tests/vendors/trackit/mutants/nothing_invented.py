"""Keeps an empty ticket for each number that it tried."""

from mockservers.harness.clients import reference

RULES = ("trackit.read.unknown",)


class Client(reference("trackit")):
    def look(self, number):
        super().look(number)
        self.tickets.setdefault(number, {})
