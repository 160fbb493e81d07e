"""The client with one bug that `mockservers demo` catches: what came URL-encoded is decoded twice.

"100%25 + VAT" is what a customer may type; decoded once too often it reads "100% + VAT".
"""

from urllib.parse import unquote_plus

from mockservers.harness.clients import reference

TWICE = ("subject", "summary", "company_name", "contact")


class Client(reference("get_tickets")):
    def value(self, name, text):
        value = super().value(name, text)
        return unquote_plus(value) if name in TWICE else value
