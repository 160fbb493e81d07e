"""Takes a ticket that an answer lacks for deleted, though it may only be hidden."""

from mockservers.harness.clients import reference

RULES = ("superoffice.result.no_access",)


class Client(reference("superoffice")):
    def sync(self):
        super().sync()
        found = {ticket["TicketId"] for ticket in self.read(list(self.tickets))}
        self.tickets = {number: ticket for number, ticket in self.tickets.items() if number in found}
