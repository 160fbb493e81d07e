"""A ticket that was read once is never looked at again."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.date.no_changed_since",)


class Client(reference("get_tickets")):
    def walk(self):
        found = super().walk()
        return {tid: self.tickets.get(tid, ticket) for tid, ticket in found.items()}
