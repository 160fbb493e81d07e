"""A closed ticket that is no longer in the list is thought to be archived, and stays."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.tid.exact_or_star",)


class Client(reference("get_tickets")):
    def walk(self):
        closed = {tid: ticket for tid, ticket in self.tickets.items() if ticket["status"] == "Closed"}
        return {**closed, **super().walk()}
