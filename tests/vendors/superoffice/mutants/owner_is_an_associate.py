"""Sends the Service user's number of an owner, where an associate's belongs."""

from mockservers.harness.clients import reference

RULES = ("superoffice.carrier.two_user_spaces",)


class Client(reference("superoffice", "writer")):
    def save(self, key, method, entity):
        owner = entity.get("OwnedBy")
        if owner and set(owner) == {"AssociateId"}:
            entity["OwnedBy"] = {"AssociateId": {10: 11, 11: 10}.get(owner["AssociateId"], owner["AssociateId"])}
        return super().save(key, method, entity)
