"""Shows a merged ticket as one that is closed."""

from mockservers.harness.clients import reference

RULES = ("superoffice.result.merged",)


class Client(reference("superoffice")):
    def keep(self, ticket):
        if ticket["BaseStatus"] == "Merged":
            ticket = {**ticket, "BaseStatus": "Closed"}
        super().keep(ticket)
