"""Reads the first page of files alone."""

from mockservers.harness.clients import reference

RULES = ("trackit.read.attachments",)


class Client(reference("trackit", "assignments")):
    def get(self, path):
        if "/Attachments/" in path and not path.endswith("/1"):
            return {"TicketAttachments": []}
        return super().get(path)
