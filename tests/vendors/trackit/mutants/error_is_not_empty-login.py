"""Where unknown numbers are answered by 400, takes the 400 of a refused login for one of them."""

from mockservers.harness.clients import reference

RULES = ("trackit.token.failures_400", "trackit.read.unknown")


class Client(reference("trackit")):
    def login(self):
        try:
            super().login()
        except Exception as error:
            if getattr(error, "kind", "") == "refused":
                error.status = 400
            raise
