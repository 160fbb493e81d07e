"""Puts the token into the address, where every proxy writes it down."""

from mockservers.harness.clients import reference

RULES = ("trackit.token.bearer_header",)


class Client(reference("trackit")):
    def send(self, method, path, body):
        return super().send(method, f"{path}{'&' if '?' in path else '?'}access_token={self.token}", body)
