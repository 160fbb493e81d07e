"""Takes all times for minutes, and makes hours of them."""

from mockservers.harness.clients import reference

RULES = ("superoffice.carrier.units",)


class Client(reference("superoffice")):
    def keep(self, ticket):
        super().keep({**ticket, "TimeToReply": ticket["TimeToReply"] // 60, "TimeToClose": ticket["TimeToClose"] // 60})
