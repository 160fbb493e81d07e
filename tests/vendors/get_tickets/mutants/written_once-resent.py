"""Sends a write again at once when no answer came."""

from mockservers.harness.clients import reference

Correct = reference("get_tickets", "writer")

from get_tickets_reader import Unusable  # noqa: E402 - it is there now

RULES = ("get_tickets.write.no_idempotency",)


class Client(Correct):
    def write(self, action, values, key=None):
        try:
            return super().write(action, values, key)
        except Unusable:
            return super().write(action, values, key)
