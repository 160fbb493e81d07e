"""A ticket that was answered in full is thought done with, and never fetched again."""

from mockservers.harness.clients import reference

RULES = ("querydata.window.actions_that_count",)


class Client(reference("querydata")):
    def fetch(self, ticket):
        if self.tickets.get(ticket, {}).get("LastAction") == "Add Complete Response":
            del self.unread[ticket]
        else:
            super().fetch(ticket)
