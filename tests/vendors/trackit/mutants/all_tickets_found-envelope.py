"""Looks under Tickets alone, as the documentation says; live servers say Ticket."""

from mockservers.harness.clients import reference

RULES = ("trackit.wire.envelope",)


class Client(reference("trackit")):
    def ticket_in(self, answer):
        return answer["Tickets"]
