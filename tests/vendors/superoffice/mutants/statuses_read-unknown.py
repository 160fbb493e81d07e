"""Takes words of a later release for Unknown."""

from mockservers.harness.clients import reference

RULES = ("superoffice.carrier.grows",)


class Client(reference("superoffice")):
    def keep(self, ticket):
        known = ("Email", "SMS", "Phone", "Internal", "CustomerCentre", "Chat", "Form", "API", "Flow")
        super().keep({**ticket, "Origin": ticket["Origin"] if ticket["Origin"] in known else "Unknown"})
