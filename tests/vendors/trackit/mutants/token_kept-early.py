"""Renews a token two minutes before it ends, as published clients do; where it is that short, before every call."""

from datetime import timedelta

from mockservers.harness.clients import reference

RULES = ("trackit.token.lifetime",)


class Client(reference("trackit")):
    def call(self, method, path, body=None):
        if self.token is not None and self.now() >= self.ends - timedelta(minutes=2):
            self.login()
        return super().call(method, path, body)
