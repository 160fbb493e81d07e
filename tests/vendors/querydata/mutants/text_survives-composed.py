"""Letters are put together with their marks, as a database does that normalises."""

import unicodedata

from mockservers.harness.clients import reference

RULES = ("querydata.details.content",)


class Client(reference("querydata")):
    def value(self, name, value):
        value = super().value(name, value)
        return unicodedata.normalize("NFC", value) if isinstance(value, str) else value
