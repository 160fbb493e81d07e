"""Never renews its session, as the vendor's library for Node does not."""

from mockservers.harness.clients import reference

RULES = ("superoffice.auth.token_life", "superoffice.auth.tokens")


class Client(reference("superoffice")):
    def renew(self):
        return False
