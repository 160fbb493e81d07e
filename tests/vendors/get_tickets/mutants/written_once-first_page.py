"""Looks for a ticket that may be there on the first page only."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.write.no_idempotency",)


class Client(reference("get_tickets", "writer")):
    def mine(self, key):
        for ticket in map(self.read, self.call(tid="*", count=5, page=1, order="tid DESC")):
            if ticket["custom_fields"].get(self.reference) == key:
                return ticket["tid"]
        return None
