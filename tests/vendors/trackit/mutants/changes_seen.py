"""A ticket that was read once is not read again."""

from mockservers.harness.clients import reference

RULES = ("trackit.read.ticket",)


class Client(reference("trackit")):
    def look(self, number):
        if number not in self.tickets:
            super().look(number)
