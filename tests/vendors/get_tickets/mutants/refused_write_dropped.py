"""Sends a second time what was refused."""

from get_tickets_reader import Refused

from mockservers.harness.clients import reference

RULES = ("get_tickets.error.form",)


class Client(reference("get_tickets", "writer")):
    def write(self, action, values, key=None):
        try:
            return super().write(action, values, key)
        except Refused:
            return super().write(action, values, key)
