"""Writes times in UTC, whatever the server's zone."""

from datetime import UTC

from mockservers.harness.clients import reference

RULES = ("get_tickets.date.zone",)


class Client(reference("get_tickets", "writer")):
    def text(self, name, value):
        zone, self.zone = self.zone, UTC
        try:
            return super().text(name, value)
        finally:
            self.zone = zone

    def checked(self, tid, fields):
        pass
