"""Of tickets whose numbers differ in letter case only, the latest is kept."""

from mockservers.harness.clients import reference

RULES = ("querydata.id.version", "querydata.summary.ids_only")


class Client(reference("querydata")):
    def fetch(self, ticket):
        super().fetch(ticket)
        by_number = {(found["TicketNumber"].upper(), found["Version"]): id for id, found in self.tickets.items()}
        self.tickets = {id: self.tickets[id] for id in by_number.values()}
