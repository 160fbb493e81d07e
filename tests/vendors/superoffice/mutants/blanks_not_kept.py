"""Reads a few properties of tickets that it knows, and forgets the others."""

from mockservers.harness.clients import reference

RULES = ("superoffice.select.nulls",)


class Client(reference("superoffice")):
    def read(self, numbers):
        known = [number for number in numbers if number in self.tickets]
        yield from super().read([number for number in numbers if number not in self.tickets])
        if known:
            query = {"$select": "TicketId,BaseStatus,TicketStatus,LastChanged,Priority"}
            for ticket in self.call("POST", "Agents/Ticket/GetTickets", params=query, json={"TicketIds": known}):
                if ticket:
                    yield ticket
