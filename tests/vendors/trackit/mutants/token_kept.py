"""Logs in for every call."""

from mockservers.harness.clients import reference

RULES = ("trackit.token.lifetime",)


class Client(reference("trackit")):
    def call(self, method, path, body=None):
        self.token = None
        return super().call(method, path, body)
