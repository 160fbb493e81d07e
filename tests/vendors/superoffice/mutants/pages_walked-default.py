"""Asks for no number of rows, and does not know that the vendor then lists a thousand."""

from datetime import timedelta

from mockservers.harness.clients import reference

RULES = ("superoffice.odata.list",)


class Client(reference("superoffice")):
    def changed(self):
        since = self.latest and self.latest - timedelta(seconds=1)
        query = {"$filter": f"lastChanged afterTime '{since:%Y-%m-%dT%H:%M:%S}'"} if since else {}
        rows = self.rows({"$select": "ticketId,lastChanged", **query})
        self.begun = self.answered
        return rows
