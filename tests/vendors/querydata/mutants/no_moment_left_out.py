"""The next window begins a minute after the one before it, so that none is asked for twice."""

from datetime import timedelta

from mockservers.harness.clients import reference

RULES = ("querydata.window.bounds", "querydata.window.last_action")


class Client(reference("querydata")):
    def sync(self):
        self.end = None
        super().sync()

    def summary(self, start, end):
        begin = start if self.end is None else min(self.end + timedelta(minutes=2), end)
        self.end = end
        return super().summary(begin, end)
