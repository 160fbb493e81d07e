"""Percent codes are read as Latin-1."""

from urllib.parse import unquote_plus

from mockservers.harness.clients import reference

RULES = ("get_tickets.wire.urlencode",)


class Client(reference("get_tickets")):
    def value(self, name, text):
        return unquote_plus(text, "latin-1") if name in ("subject", "cid") else super().value(name, text)
