"""Keeps the names of files as they came, encoded."""

from urllib.parse import quote_plus

from mockservers.harness.clients import reference

RULES = ("get_tickets.attachments.outputs",)


class Client(reference("get_tickets", "history")):
    def records_in(self, name, text, answer):
        found = super().records_in(name, text, answer)
        if name == "attachments":
            return [
                [(key, quote_plus(value) if key == "file_name" else value) for key, value in each] for each in found
            ]
        return found
