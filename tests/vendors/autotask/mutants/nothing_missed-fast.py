"""Remembers by a clock of its own when it asked; that clock is two hours fast, and its overlap a quarter of an hour."""

from datetime import datetime, timedelta

from mockservers.harness.clients import reference

RULES = ("autotask.activity.fields",)


class Client(reference("autotask", "queue")):
    def __init__(self, ask):
        super().__init__(ask)
        self.now = lambda: datetime.fromisoformat(ask.now()) + timedelta(hours=2)
