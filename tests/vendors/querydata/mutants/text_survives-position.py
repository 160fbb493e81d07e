"""Members are told by their place."""

from mockservers.harness.clients import reference

RULES = ("querydata.details.content", "querydata.details.further_members")


class Client(reference("querydata")):
    def details(self, ticket):
        return [{**found, "Status": list(found.values())[8]} for found in super().details(ticket)]
