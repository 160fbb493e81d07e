"""Trips over a ticket without remarks, which are null then: what came after it is read by no sync."""

from mockservers.harness.clients import reference

RULES = ("querydata.details.content",)


class Client(reference("querydata")):
    def details(self, ticket):
        found = super().details(ticket)
        for each in found:
            each["Words"] = len(each["Remarks"].split())
        return found
