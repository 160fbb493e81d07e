"""Looks up the person of a ticket before it changes one, and trips where nobody is named."""

from mockservers.harness.clients import reference

RULES = ("superoffice.call.save",)


class Client(reference("superoffice", "writer")):
    def update(self, record, fields):
        entity = self.agent(f"GetTicketEntity?ticketEntityId={record}")
        self.person = entity["Person"]["PersonId"] if entity else None
        super().update(record, fields)
