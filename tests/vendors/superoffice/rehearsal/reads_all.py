"""Reads everything at every sync, each ticket by a call of its own."""

from mockservers.harness.clients import reference

RULES = ("superoffice.request.body", "superoffice.limit.rate")


class Client(reference("superoffice")):
    def sync(self):
        self.latest = None
        super().sync()

    def read(self, numbers):
        for number in numbers:
            yield from super().read([number])
