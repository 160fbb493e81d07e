"""Two hundred and fifty tickets are asked for at once, and nobody has more."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.count.first",)


class Client(reference("get_tickets")):
    def walk(self):
        return {ticket["tid"]: ticket for ticket in map(self.read, self.call(tid="*", count=250, page=1, order="tid"))}
