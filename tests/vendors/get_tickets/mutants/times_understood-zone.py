"""Times without a mark are taken for UTC."""

from datetime import UTC

from mockservers.harness.clients import reference

RULES = ("get_tickets.date.zone",)


class Client(reference("get_tickets")):
    def reset(self, **message):
        super().reset(**message)
        self.zone = UTC
