"""Ids ascend, so only those above the highest one known can be new; they are compared as text."""

from mockservers.harness.clients import reference

RULES = ("querydata.id.any_number", "querydata.summary.order")


class Client(reference("querydata")):
    def summary(self, start, end):
        highest = max(self.tickets, default="")
        return [ticket for ticket in super().summary(start, end) if ticket > highest or ticket in self.tickets]
