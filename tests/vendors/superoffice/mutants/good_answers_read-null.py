"""Trips over the null that may stand for a ticket that is not there."""

from mockservers.harness.clients import reference

RULES = ("superoffice.result.unknown_id",)


class Client(reference("superoffice")):
    def read(self, numbers):
        for first in range(0, len(numbers), 50):
            yield from self.call("POST", "Agents/Ticket/GetTickets", json={"TicketIds": numbers[first : first + 50]})
