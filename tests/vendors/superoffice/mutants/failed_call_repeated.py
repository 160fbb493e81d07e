"""Remembers what it has listed before it has read it."""

from mockservers.harness.clients import reference

RULES = ("superoffice.error.bad_request", "superoffice.limit.maintenance")


class Client(reference("superoffice")):
    def sync(self):
        latest = self.latest
        try:
            super().sync()
        except Exception:
            self.latest = getattr(self, "begun", latest)
            raise
