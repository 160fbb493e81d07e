"""Remembers when it last asked, by its own clock, and forgets that the service does not speak UTC."""

from datetime import datetime

from mockservers.harness.clients import reference

RULES = ("autotask.time.eastern",)


class Client(reference("autotask")):
    def __init__(self, ask):
        self.ask = ask

    def sync(self):
        began = datetime.fromisoformat(self.ask.now())
        super().sync()
        self.latest = began.replace(tzinfo=None).isoformat()
