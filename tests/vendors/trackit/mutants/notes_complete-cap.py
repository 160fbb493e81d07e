"""Asks for the first hundred notes, which is more than any ticket has."""

from mockservers.harness.clients import reference

RULES = ("trackit.read.paging",)


class Client(reference("trackit")):
    def get(self, path):
        if "/Notes/" not in path:
            return super().get(path)
        if not path.endswith("/1"):
            return {"TicketNotes": []}
        return super().get(path.replace("/20/", "/100/"))
