"""Guesses what a value is by its look, though its type stands with it: an order number 007 becomes 7."""

import re

from mockservers.harness.clients import reference

RULES = ("autotask.wire.typed_fields",)


class Client(reference("autotask")):
    def value(self, element):
        found = super().value(element)
        if isinstance(found, str) and re.fullmatch("[0-9]+", found):
            return int(found)
        return found
