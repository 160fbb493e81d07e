"""Writes in the manner of REST, and when no answer comes, writes again without looking for what it made."""

from mockservers.harness.clients import reference

RULES = ("superoffice.call.save",)


class Client(reference("superoffice", "queue")):
    def made(self, job):
        return None
