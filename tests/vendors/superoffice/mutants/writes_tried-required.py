"""Sends a note without the ticket that it is for: each is refused, the client says so, and no note ever arrives."""

from mockservers.harness.clients import reference

RULES = ("superoffice.call.messages",)


class Client(reference("superoffice", "writer")):
    def save(self, key, method, entity):
        if method == "SaveTicketMessageEntity":
            entity = {**entity, "Ticket": None}
        return super().save(key, method, entity)
