"""Numbers are kept as JavaScript keeps them, and long ones become others."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.tid.exact_or_star",)


class Client(reference("get_tickets")):
    def value(self, name, text):
        return int(float(text)) if name == "tid" else super().value(name, text)
