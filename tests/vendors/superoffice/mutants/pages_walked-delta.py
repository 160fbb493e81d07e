"""Walks all pages the first time, and later takes a hundred changes for all there can be between two polls."""

from mockservers.harness.clients import reference

RULES = ("superoffice.odata.list",)


class Client(reference("superoffice")):
    def changed(self):
        for number, row in enumerate(super().changed(), 1):
            yield row
            if self.latest and number == 100:
                return
