"""Custom fields are thought to come as they are."""

from urllib.parse import quote_plus

from mockservers.harness.clients import reference

RULES = ("get_tickets.wire.encoded_everywhere",)


class Client(reference("get_tickets")):
    def read(self, pairs):
        ticket = super().read(pairs)
        ticket["custom_fields"] = {name: quote_plus(text) for name, text in ticket["custom_fields"].items()}
        return ticket
