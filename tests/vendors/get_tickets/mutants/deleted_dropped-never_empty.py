"""A list without a single ticket is thought to be a failure, and what was known stays."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.tid.exact_or_star",)


class Client(reference("get_tickets")):
    def walk(self):
        return super().walk() or self.tickets
