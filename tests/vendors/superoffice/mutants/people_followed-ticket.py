"""Reads the people of those tickets alone that have changed since the last time."""

from mockservers.harness.clients import reference

RULES = ("superoffice.person.changed",)


class Client(reference("superoffice", "people")):
    def keep(self, ticket):
        super().keep(ticket)
        self.fresh = {*getattr(self, "fresh", ()), ticket["CustId"]}

    def emails(self, numbers):
        before = {each["CustId"]: each.get("PersonEmail", "") for each in self.tickets.values()}
        found = {**before, **super().emails([each for each in numbers if each in getattr(self, "fresh", ())])}
        self.fresh = set()
        return found
