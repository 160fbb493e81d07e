"""Takes the times of entries for UTC."""

from datetime import UTC

from mockservers.harness.clients import reference

RULES = ("get_tickets.date.zone",)


class Client(reference("get_tickets", "history")):
    def entry(self, pairs):
        zone, self.zone = self.zone, UTC
        try:
            return super().entry(pairs)
        finally:
            self.zone = zone
