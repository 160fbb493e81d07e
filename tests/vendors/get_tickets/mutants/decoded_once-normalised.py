"""Letters and their accents are put together, as if both were the same text."""

import unicodedata

from mockservers.harness.clients import reference

RULES = ("get_tickets.wire.urlencode",)


class Client(reference("get_tickets")):
    def value(self, name, text):
        value = super().value(name, text)
        return unicodedata.normalize("NFC", value) if name in ("subject", "summary", "contact") else value
