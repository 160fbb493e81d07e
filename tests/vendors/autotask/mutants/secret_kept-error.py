"""Tells in its errors what it sent, headers and all, so that the login stands in every log."""

from base64 import b64encode

from mockservers.harness.clients import reference

RULES = ("autotask.user.login",)


class Client(reference("autotask")):
    def post(self, address, *given):
        try:
            return super().post(address, *given)
        except Exception as error:
            basic = b64encode(":".join(self.login).encode()).decode()
            error.args = (f"{error} (POST {address}, Authorization: Basic {basic})",)
            raise
