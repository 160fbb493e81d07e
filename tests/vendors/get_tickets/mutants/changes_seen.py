"""A ticket that was read once is never looked at again."""

from mockservers.harness.clients import reference


class Client(reference("get_tickets")):
    def walk(self):
        found = super().walk()
        return {tid: self.tickets.get(tid, ticket) for tid, ticket in found.items()}
