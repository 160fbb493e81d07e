"""A page past the end is taken for a failure, and there is one where the last page is full."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.page.past_end",)


class Client(reference("get_tickets")):
    def call(self, **variables):
        found = super().call(**variables)
        if not found and variables["page"] > 1:
            raise OSError("a page without tickets")
        return found
