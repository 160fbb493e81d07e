"""Percent codes are decoded, and a plus is left as it is."""

from urllib.parse import unquote

from mockservers.harness.clients import reference

RULES = ("get_tickets.wire.urlencode",)


class Client(reference("get_tickets")):
    def value(self, name, text):
        return unquote(text) if name in ("subject", "summary", "contact") else super().value(name, text)
