"""Gets an access token for each call."""

from mockservers.harness.clients import reference

RULES = ("superoffice.auth.token_life", "superoffice.auth.tokens")


class Client(reference("superoffice")):
    def call(self, verb, path, **request):
        self.renew()
        return super().call(verb, path, **request)
