"""Only open tickets are asked for, and the others are thought to be of no interest."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.filter.narrows", "get_tickets.tid.exact_or_star")


class Client(reference("get_tickets")):
    def call(self, **variables):
        return super().call(status="Open", **variables)
