"""The first sync begins at the present instead of where it was told to."""

from datetime import datetime

from mockservers.harness.clients import reference

RULES = ("querydata.window.last_action", "querydata.window.after_gap")


class Client(reference("querydata")):
    def sync(self):
        if not hasattr(self, "begun"):
            self.begun = True
            self.resume = datetime.fromisoformat(self.ask.now())
        super().sync()
