"""The last window ends now, by a clock in UTC, and in the east that is long ago."""

from datetime import datetime

from mockservers.harness.clients import reference

RULES = ("get_tickets.date.zone", "get_tickets.range.opening_time")


class Client(reference("get_tickets", "windows")):
    def __init__(self, ask):
        self.ask = ask

    def window(self, first, last, most):
        now = datetime.fromisoformat(self.ask.now()).replace(tzinfo=None)
        return super().window(first, min(last, now), most)
