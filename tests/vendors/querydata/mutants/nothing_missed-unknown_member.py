"""A ticket with a member that is on no list is thought damaged, and left out."""

from mockservers.harness.clients import reference

RULES = ("querydata.summary.ids_only", "querydata.details.further_members")

MEMBERS = 34


class Client(reference("querydata")):
    def details(self, ticket):
        return [found for found in super().details(ticket) if len(found) <= MEMBERS]
