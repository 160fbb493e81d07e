"""The client's clock is two hours fast, so windows lie in the future."""

from datetime import datetime, timedelta

from mockservers.harness.clients import reference

RULES = ("querydata.window.zone",)


class Client(reference("querydata")):
    def __init__(self, ask):
        super().__init__(self)
        self.true = ask

    def now(self):
        return (datetime.fromisoformat(self.true.now()) + timedelta(hours=2)).isoformat()
