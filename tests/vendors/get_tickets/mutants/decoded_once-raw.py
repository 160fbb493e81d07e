"""What comes raw is decoded too, and a plus in it is lost."""

from urllib.parse import unquote_plus

from mockservers.harness.clients import reference

RULES = ("get_tickets.wire.encoded_everywhere", "get_tickets.wire.raw_fields")


class Client(reference("get_tickets")):
    def value(self, name, text):
        return unquote_plus(text) if name == "opened_by" else super().value(name, text)
