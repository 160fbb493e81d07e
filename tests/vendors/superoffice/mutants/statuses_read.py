"""Guesses from a status' name whether a ticket is closed."""

from mockservers.harness.clients import reference

RULES = ("superoffice.carrier.status",)


class Client(reference("superoffice")):
    def keep(self, ticket):
        name = ticket["TicketStatusDisplayValue"]
        if ticket["BaseStatus"] in ("Active", "Closed"):
            ticket = {**ticket, "BaseStatus": "Closed" if name.startswith("Closed") else "Active"}
        super().keep(ticket)
