"""Encoded text is decoded twice."""

from urllib.parse import unquote_plus

from mockservers.harness.clients import reference

RULES = ("get_tickets.wire.urlencode",)


class Client(reference("get_tickets")):
    def value(self, name, text):
        value = super().value(name, text)
        return unquote_plus(value) if name in ("subject", "summary", "company_name", "contact") else value
