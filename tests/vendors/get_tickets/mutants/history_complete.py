"""Takes the dates of a history for those of its entries, wherever it is."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.history.dates",)


class Client(reference("get_tickets", "history")):
    def reset(self, options, **rest):
        super().reset(options={**options, "history_dates": "entry"}, **rest)
