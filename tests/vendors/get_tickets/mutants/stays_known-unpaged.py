"""Every other run trusts that nothing is on the pages behind the first."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.page.base",)


class Client(reference("get_tickets")):
    runs = 0

    def walk(self):
        self.runs += 1
        if self.runs % 2:
            return super().walk()
        return {ticket["tid"]: ticket for ticket in map(self.read, self.call(tid="*", count=10, page=1, order="tid"))}
