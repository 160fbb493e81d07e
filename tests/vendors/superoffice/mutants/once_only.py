"""Appends what it reads to a file of all rows instead of replacing them."""

from mockservers.harness.clients import reference

RULES = ("superoffice.field.last_changed",)


class Client(reference("superoffice")):
    def reset(self, **given):
        super().reset(**given)
        self.rows_read = []

    def keep(self, ticket):
        super().keep(ticket)
        self.rows_read.append((ticket["TicketId"], self.tickets[ticket["TicketId"]]))

    def mirror(self):
        return {"records": [{"id": str(number), "fields": ticket} for number, ticket in self.rows_read]}
