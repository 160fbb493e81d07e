"""A hundred tickets are asked for at once, and that is thought to be all."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.count.first", "get_tickets.page.base")


class Client(reference("get_tickets")):
    def walk(self):
        return {ticket["tid"]: ticket for ticket in map(self.read, self.call(tid="*", count=100, page=1))}
