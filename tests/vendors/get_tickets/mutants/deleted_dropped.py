"""What is no longer in the list stays in the mirror."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.tid.exact_or_star",)


class Client(reference("get_tickets")):
    def walk(self):
        return {**self.tickets, **super().walk()}
