"""Walks by LastChanged, and goes on after the second in which a page ended, though more may have changed in it."""

from datetime import timedelta

from mockservers.harness.clients import reference

RULES = ("superoffice.odata.order", "superoffice.carrier.seconds")


class Client(reference("superoffice")):
    def changed(self):
        query = (
            f"lastChanged afterTime '{self.latest - timedelta(seconds=1):%Y-%m-%dT%H:%M:%S}'" if self.latest else None
        )
        self.begun = None
        while True:
            options = {"$select": "ticketId,lastChanged", "$orderby": "lastChanged", "$top": 50}
            rows = self.rows({**options, "$filter": query} if query else options)
            self.begun = self.begun or self.answered
            yield from rows
            if len(rows) < 50:
                return
            query = f"lastChanged afterTime '{rows[-1]['lastChanged'][:19]}'"
