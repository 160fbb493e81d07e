"""An answer counts only when its time is later as text, and in the hour that clocks repeat it is not."""

from mockservers.harness.clients import reference

RULES = ("querydata.details.times", "querydata.window.zone")


class Client(reference("querydata")):
    def details(self, ticket):
        known = self.tickets.get(ticket, {}).get("LastActionDateTime", "")
        return [found for found in super().details(ticket) if found["LastActionDateTime"] > known] or [
            found for id, found in self.tickets.items() if id == ticket
        ]
