"""A failed call is logged with its address, and the key stands in there."""

import sys

from mockservers.harness.clients import reference

RULES = ("get_tickets.key.secret",)


class Client(reference("get_tickets")):
    def call(self, **variables):
        try:
            return super().call(**variables)
        except Exception:
            print(f"failed: {self.endpoint}?key={self.key}&{variables}", file=sys.stderr)
            raise
