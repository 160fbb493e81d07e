"""Ends its run at a ticket that it may not read, and never comes to those behind it."""

from mockservers.harness.clients import reference

RULES = ("trackit.segregation.hidden",)


class Client(reference("trackit")):
    def look(self, number):
        ticket = self.read(number)  # which raises what a hidden ticket may be answered by
        super().look(number)
        return ticket
