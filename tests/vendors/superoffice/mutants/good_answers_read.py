"""Looks into TableRight, which is null where nothing is restricted."""

from mockservers.harness.clients import reference

RULES = ("superoffice.carrier.rights",)


class Client(reference("superoffice")):
    def keep(self, ticket):
        self.writable = "Update" in ticket["TableRight"]["Mask"]
        super().keep(ticket)
