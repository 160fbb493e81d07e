"""A version that the centre has replaced is thought done with, so it stands there as the newest for ever."""

from mockservers.harness.clients import reference

RULES = ("querydata.id.version", "querydata.window.actions_that_count")


class Client(reference("querydata")):
    def details(self, ticket):
        found = super().details(ticket)
        return [each for each in found if each["LastAction"] != "New Version Received"] or [
            self.tickets.get(ticket, each) for each in found
        ]
