"""Sends back what it mirrors, and so resets the properties that it does not know."""

from mockservers.harness.clients import reference

RULES = ("superoffice.call.save",)


class Client(reference("superoffice", "writer")):
    def save(self, key, method, entity):
        if key is None:
            entity.pop("Person", None)
            entity.pop("TicketType", None)
        return super().save(key, method, entity)
