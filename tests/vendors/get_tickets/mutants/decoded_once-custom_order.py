"""Custom fields are told apart by their place, and empty ones are left out before they are counted."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.field.custom",)


class Client(reference("get_tickets")):
    def read(self, pairs):
        ticket = super().read(pairs)
        custom = ticket["custom_fields"]
        ticket["custom_fields"] = dict(zip(custom, filter(None, custom.values()), strict=False))
        return ticket
