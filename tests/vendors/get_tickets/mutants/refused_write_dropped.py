"""Sends a second time what was refused."""

from mockservers.harness.clients import reference

Correct = reference("get_tickets", "writer")

from get_tickets_reader import Refused  # noqa: E402 - it is there now

RULES = ("get_tickets.error.form",)


class Client(Correct):
    def write(self, action, values, key=None):
        try:
            return super().write(action, values, key)
        except Refused:
            return super().write(action, values, key)
