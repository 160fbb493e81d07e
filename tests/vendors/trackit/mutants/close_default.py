"""Closes with the status that was the usual one when the client was written."""

from mockservers.harness.clients import reference

RULES = ("trackit.close.default_status", "trackit.status.two_types")


class Client(reference("trackit", "writer")):
    def close(self, record):
        self.update(record, {"96": "Closed"})
