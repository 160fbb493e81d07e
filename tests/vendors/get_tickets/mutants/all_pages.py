"""Only the first page is read."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.page.base",)


class Client(reference("get_tickets")):
    def call(self, **variables):
        return super().call(**variables) if variables.get("page") == 1 else []
