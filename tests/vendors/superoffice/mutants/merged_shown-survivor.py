"""Does not take over with which ticket another one was merged."""

from mockservers.harness.clients import reference

RULES = ("superoffice.result.merged",)


class Client(reference("superoffice")):
    def keep(self, ticket):
        super().keep({**ticket, "ConnectId": 0})
