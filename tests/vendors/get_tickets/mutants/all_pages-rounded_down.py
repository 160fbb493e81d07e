"""The number of pages is the number of tickets by ten, and what is over is left behind."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.page.base",)


class Client(reference("get_tickets")):
    def call(self, **variables):
        found = super().call(**variables)
        return found if len(found) == 10 or variables["page"] == 1 else []
