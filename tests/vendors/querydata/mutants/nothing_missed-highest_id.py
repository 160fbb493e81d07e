"""Ids come ascending, so only those above the highest one known can be new."""

from mockservers.harness.clients import reference

RULES = ("querydata.window.last_action", "querydata.summary.order")


class Client(reference("querydata")):
    def summary(self, start, end):
        found, highest = [], 0
        for ticket in super().summary(start, end):
            if int(ticket) > highest or ticket in self.tickets:
                found.append(ticket)
            highest = max(highest, int(ticket))
        return found
