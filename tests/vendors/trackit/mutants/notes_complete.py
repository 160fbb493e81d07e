"""Reads the first page of notes."""

from mockservers.harness.clients import reference

RULES = ("trackit.read.paging",)


class Client(reference("trackit")):
    def get(self, path):
        if "/Notes/" in path and not path.endswith("/1"):
            return {"TicketNotes": []}
        return super().get(path)
