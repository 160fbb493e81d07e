"""A ticket that somebody holds locked is left for later, and later never comes."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.field.lock", "get_tickets.tid.exact_or_star")


class Client(reference("get_tickets")):
    def walk(self):
        return {tid: ticket for tid, ticket in super().walk().items() if ticket["locked"] != "Y"}
