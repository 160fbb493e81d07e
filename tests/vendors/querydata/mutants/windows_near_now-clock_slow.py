"""The client's clock is two hours slow."""

from datetime import datetime, timedelta

from mockservers.harness.clients import reference

RULES = ("querydata.window.near_present",)


class Client(reference("querydata")):
    def __init__(self, ask):
        super().__init__(self)
        self.true = ask

    def now(self):
        return (datetime.fromisoformat(self.true.now()) - timedelta(hours=2)).isoformat()
