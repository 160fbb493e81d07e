"""A ticket that is known already is not fetched again."""

from mockservers.harness.clients import reference

RULES = ("querydata.details.current_state", "querydata.window.actions_that_count")


class Client(reference("querydata")):
    def fetch(self, ticket):
        if ticket not in self.tickets:
            super().fetch(ticket)
