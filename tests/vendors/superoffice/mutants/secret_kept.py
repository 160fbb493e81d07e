"""Tells in its error how it tried to log in."""

from mockservers.harness.clients import reference

RULES = ("superoffice.auth.schemes",)


class Client(reference("superoffice")):
    def call(self, *given, **request):
        try:
            return super().call(*given, **request)
        except Exception as error:
            error.args = (f"{error} with {self.login()}",)
            raise
