"""Asks from its own clock on, which goes two minutes fast, without a margin."""

from datetime import timedelta

from mockservers.harness.clients import reference

RULES = ("superoffice.field.last_changed", "superoffice.odata.filter")


class Client(reference("superoffice")):
    def sync(self):
        super().sync()
        self.latest = self.begun + timedelta(minutes=2)
