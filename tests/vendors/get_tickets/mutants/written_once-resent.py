"""Sends a write again at once when no answer came."""

from get_tickets_reader import Unusable

from mockservers.harness.clients import reference

RULES = ("get_tickets.write.no_idempotency",)


class Client(reference("get_tickets", "writer")):
    def write(self, action, values, key=None):
        try:
            return super().write(action, values, key)
        except Unusable:
            return super().write(action, values, key)
