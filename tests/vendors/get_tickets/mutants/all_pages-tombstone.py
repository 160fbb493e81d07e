"""A ticket that is once not in the list is struck off, and never taken again."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.page.unstable",)


class Client(reference("get_tickets")):
    def reset(self, **message):
        super().reset(**message)
        self.gone = set()

    def walk(self):
        found = super().walk()
        self.gone |= self.tickets.keys() - found.keys()
        return {tid: ticket for tid, ticket in found.items() if tid not in self.gone}
