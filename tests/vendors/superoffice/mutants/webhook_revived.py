"""Saves its webhook once, and never looks at it again."""

from mockservers.harness.clients import reference

RULES = ("superoffice.webhook.stopped",)


class Client(reference("superoffice", "listener")):
    def subscribe(self):
        if self.hook is None:
            super().subscribe()
