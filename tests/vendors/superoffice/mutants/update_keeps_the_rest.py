"""Sends only what it wants to change, and so resets all the rest."""

from mockservers.harness.clients import reference

RULES = ("superoffice.call.save",)

MEMBERS = {"Priority": "Priority", "TicketStatus": "Status", "OwnedByAssociateId": "OwnedBy"}


class Client(reference("superoffice", "writer")):
    def update(self, record, fields):
        self.sent = {MEMBERS.get(name, name) for name in fields}
        super().update(record, fields)

    def save(self, key, method, entity):
        if key is None:
            entity = {name: value for name, value in entity.items() if name in {"TicketId", *self.sent}}
        return super().save(key, method, entity)
