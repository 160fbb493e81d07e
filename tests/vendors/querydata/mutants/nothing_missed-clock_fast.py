"""The client's clock is two minutes fast, and windows begin where it thinks that they ended."""

from datetime import datetime, timedelta

from mockservers.harness.clients import reference

RULES = ("querydata.window.overlap", "querydata.window.last_action")


class Client(reference("querydata")):
    def __init__(self, ask):
        super().__init__(self)
        self.true = ask

    def now(self):
        return (datetime.fromisoformat(self.true.now()) + timedelta(minutes=2)).isoformat()
