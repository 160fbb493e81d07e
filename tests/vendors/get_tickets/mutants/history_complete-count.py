"""Asks for the latest entries by a number, and gets the first."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.history.count",)


class Client(reference("get_tickets", "history")):
    def get(self, **variables):
        if variables.get("action") == "get_history":
            variables["count"] = 25
        return super().get(**variables)
