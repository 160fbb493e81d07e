"""Closes with the status that was the usual one when the client was written."""

from mockservers.harness.clients import reference


class Client(reference("trackit", "writer")):
    def close(self, record):
        self.update(record, {"96": "Closed"})
