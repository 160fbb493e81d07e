"""An error inside a good answer is taken for an empty list."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.error.form",)


class Client(reference("get_tickets")):
    def call(self, **variables):
        try:
            return super().call(**variables)
        except Exception:
            return []
