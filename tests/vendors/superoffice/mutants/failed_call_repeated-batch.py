"""Asks with four requests at once, and passes over a batch that failed."""

from mockservers.harness.clients import reference

RULES = ("superoffice.error.bad_request", "superoffice.limit.maintenance")


class Client(reference("superoffice", "parallel")):
    def read(self, numbers):
        try:
            return super().read(numbers)
        except Exception:
            return []
