"""Whether a call went well is told by its status alone."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.error.form",)


class Client(reference("get_tickets")):
    def call(self, **variables):
        try:
            return super().call(**variables)
        except Exception as error:
            if getattr(error, "kind", "") == "refused" and "key" not in str(error).lower():
                return []
            raise
