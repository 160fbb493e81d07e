"""A zone is thought to differ by whole hours."""

from datetime import datetime, timedelta

from mockservers.harness.clients import reference

RULES = ("get_tickets.date.zone",)


class Client(reference("get_tickets")):
    def value(self, name, text):
        value = super().value(name, text)
        if name not in ("date_opened", "due_date") or value is None:
            return value
        moment = datetime.fromisoformat(value)
        half = moment.astimezone(self.zone).utcoffset() % timedelta(hours=1)
        return (moment + half).isoformat()
