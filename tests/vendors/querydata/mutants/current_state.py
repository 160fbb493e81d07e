"""A ticket that is known already is not fetched again."""

from mockservers.harness.clients import reference


class Client(reference("querydata")):
    def fetch(self, ticket):
        if ticket not in self.tickets:
            super().fetch(ticket)
