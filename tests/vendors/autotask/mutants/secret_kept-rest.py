"""The secret stands in the address, as other services take it."""

from mockservers.harness.clients import reference

RULES = ("autotask.rest.login",)


class Client(reference("autotask", "rest")):
    def call(self, verb, path, body=None):
        if path == "ThresholdInformation":
            path += "?secret=" + self.login["Secret"]
        return super().call(verb, path, body)
