"""Knows the values there were when it was written; another one becomes nothing."""

from mockservers.harness.clients import reference

RULES = ("autotask.picklist.value",)
KNOWN = {1, 5, 7, 8, 9, 12, 14}


class Client(reference("autotask")):
    def keep(self, row):
        super().keep(row)
        ticket = self.tickets[int(row.findtext("{*}id"))]
        if ticket["Status"] not in KNOWN:
            ticket["Status"] = None
