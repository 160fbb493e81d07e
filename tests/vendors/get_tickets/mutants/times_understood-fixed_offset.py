"""The zone is taken for the hours by which it differs today, summer and winter."""

from datetime import datetime, timezone

from mockservers.harness.clients import reference

RULES = ("get_tickets.date.zone",)


class Client(reference("get_tickets")):
    def reset(self, **message):
        super().reset(**message)
        today = datetime.fromisoformat(message["now"])
        self.zone = timezone(self.zone.utcoffset(today.astimezone(self.zone).replace(tzinfo=None)))
