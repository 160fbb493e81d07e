"""Hands over its token in the address, where logs keep it."""

from mockservers.harness.clients import reference

RULES = ("superoffice.auth.schemes",)


class Client(reference("superoffice")):
    def post(self, verb, address, **request):
        return super().post(verb, f"{address}?access_token={self.token}" if "Agents" in address else address, **request)
