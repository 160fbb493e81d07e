"""A number that is not 0 is a yes."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.field.merge",)


class Client(reference("get_tickets")):
    def value(self, name, text):
        value = super().value(name, text)
        return int(bool(value)) if name == "merged_to" and value else value
