"""Keeps twenty-five tickets, which was enough when the client was tried."""

from mockservers.harness.clients import reference

RULES = ("trackit.read.ticket",)


class Client(reference("trackit")):
    def look(self, number):
        if len(self.tickets) < 25 or number in self.tickets:
            super().look(number)
