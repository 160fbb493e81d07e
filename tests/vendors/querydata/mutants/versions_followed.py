"""Of each ticket number the first version that was seen is kept, and newer ones pass by."""

from mockservers.harness.clients import reference

RULES = ("querydata.id.version",)


class Client(reference("querydata")):
    def details(self, ticket):
        known = {found["TicketNumber"]: id for id, found in self.tickets.items()}
        return [found for found in super().details(ticket) if known.get(found["TicketNumber"], ticket) == ticket]
