"""Knows the statuses that there were when it was written, and leaves out a ticket that has another."""

from mockservers.harness.clients import reference

RULES = ("trackit.status.two_types", "trackit.read.ticket")

KNOWN = ("Open", "Escalated", "Paused", "Closed", "Cancelled", "Resolved", "Dismissed - No notes")


class Client(reference("trackit")):
    def look(self, number):
        super().look(number)
        if number in self.tickets and self.tickets[number].get("96") not in KNOWN:
            del self.tickets[number]
