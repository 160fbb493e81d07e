"""Trims texts."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.write.update",)


class Client(reference("get_tickets", "writer")):
    def text(self, name, value):
        return super().text(name, value).strip()

    def lost(self, ticket, fields):
        return super().lost(ticket, {name: value.strip() for name, value in fields.items()})
