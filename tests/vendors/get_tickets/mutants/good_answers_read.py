"""Cannot show a ticket that is not due: the copy is there, and trips over the date that was never set."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.field.sentinels",)


class Client(reference("get_tickets")):
    def mirror(self):
        found = super().mirror()
        for each in found["records"]:
            each["fields"]["due_date"] = each["fields"]["due_date"].replace(" ", "T")
        return found
