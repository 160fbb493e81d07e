"""Tries a login again, and again, when it is refused."""

from mockservers.harness.clients import reference

RULES = ("trackit.token.failures_400",)


class Client(reference("trackit")):
    def login(self):
        for _ in range(5):
            try:
                return super().login()
            except Exception as error:
                again = error
        raise again
