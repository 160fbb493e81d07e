"""Logs the credential in base64 where a login fails."""

from base64 import b64encode

from mockservers.harness.clients import reference

RULES = ("trackit.token.form",)


class Client(reference("trackit")):
    def grant(self, **form):
        try:
            return super().grant(**form)
        except Exception as error:
            user = ":".join(self.credentials.values())
            error.args = (f"{error} for {b64encode(user.encode()).decode()}",)
            raise
