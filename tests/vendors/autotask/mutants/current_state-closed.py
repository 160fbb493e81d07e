"""Tickets that are complete are not looked at any more."""

from mockservers.harness.clients import reference

RULES = ("autotask.activity.moves",)
COMPLETE = 5


class Client(reference("autotask")):
    def keep(self, row):
        known = self.tickets.get(int(row.findtext("{*}id")))
        if known is None or known["Status"] != COMPLETE:
            super().keep(row)
