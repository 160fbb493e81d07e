"""Keeps the words of an entry as they came, encoded."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.history.shape",)


class Client(reference("get_tickets", "history")):
    def entry(self, pairs):
        made = super().entry(pairs)
        return {**made, "description": dict(pairs)["description"]}
