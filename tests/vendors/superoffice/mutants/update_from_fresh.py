"""Updates from the copy of the entity that it made when it synchronised, and so undoes what others did since."""

from mockservers.harness.clients import reference

RULES = ("superoffice.call.save",)


class Client(reference("superoffice", "writer")):
    def reset(self, **given):
        super().reset(**given)
        self.entities = {}

    def keep(self, ticket):
        super().keep(ticket)
        number = ticket["TicketId"]
        self.entities[number] = super().agent(f"GetTicketEntity?ticketEntityId={number}")

    def agent(self, method, body=None):
        number = method.partition("ticketEntityId=")[2]
        known = self.entities.get(int(number)) if number else None
        return dict(known) if known else super().agent(method, body)
