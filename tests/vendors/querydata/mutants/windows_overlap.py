"""The next sync begins a minute after the last window, so that nothing comes twice."""

from datetime import datetime, timedelta

from mockservers.harness.clients import reference

RULES = ("querydata.window.overlap",)


class Client(reference("querydata")):
    def sync(self):
        now = datetime.fromisoformat(self.ask.now())
        super().sync()
        self.resume = now + timedelta(minutes=1)
