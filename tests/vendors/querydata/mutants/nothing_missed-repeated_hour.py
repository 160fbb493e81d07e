"""The place to go on from is compared as wall time: when clocks go back an hour, there seems to be nothing new for so long."""

from datetime import datetime

from mockservers.harness.clients import reference

RULES = ("querydata.window.zone",)


class Client(reference("querydata")):
    def sync(self):
        if self.minute(datetime.fromisoformat(self.ask.now())) >= self.minute(self.resume):
            super().sync()
