"""Keeps the first instant of the year 1 as a date like any other."""

from mockservers.harness.clients import reference

RULES = ("superoffice.carrier.unset_dates",)


class Client(reference("superoffice")):
    def keep(self, ticket):
        super().keep(ticket)
        kept = self.tickets[ticket["TicketId"]]
        kept.update({name: value for name, value in ticket.items() if name in kept and str(value).startswith("0001-")})
