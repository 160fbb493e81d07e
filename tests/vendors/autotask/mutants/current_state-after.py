"""Remembers the moment at which it was done, by a right clock; what happened while it read is before that."""

from datetime import datetime

from mockservers.harness.clients import reference

RULES = ("autotask.activity.fields", "autotask.threshold.latency")


class Client(reference("autotask")):
    def __init__(self, ask):
        self.ask = ask

    def sync(self):
        super().sync()
        self.latest = datetime.fromisoformat(self.ask.now()).astimezone(self.zone).isoformat()
