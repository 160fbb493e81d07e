"""Keeps in its file what it has read, and what it was told of only in memory: a restart loses that."""

from mockservers.harness.clients import reference

RULES = ("superoffice.webhook.retry",)


class Client(reference("superoffice", "keeper")):
    def recall(self):
        super().recall()
        self.due = set()
