"""Knows that tokens end, and takes its ticket for good: when nobody used it for hours, it never gets in again."""

from mockservers.harness.clients import reference

RULES = ("superoffice.auth.ticket_life",)


class Client(reference("superoffice", "parallel")):
    def another(self, old):
        return old
