"""A merged ticket is thought to live on in the other alone, and leaves the mirror."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.field.merge", "get_tickets.tid.exact_or_star")


class Client(reference("get_tickets")):
    def walk(self):
        return {tid: ticket for tid, ticket in super().walk().items() if not ticket.get("merged_to")}
