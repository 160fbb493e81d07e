"""Each of four workers asks five times more with a token that was refused, before one of them renews it."""

from mockservers.harness.clients import reference

RULES = ("trackit.access.bearer", "trackit.token.lifetime")


class Client(reference("trackit", "parallel")):
    def ask_for(self, path, token):
        for _ in range(5):
            try:
                return super().ask_for(path, token)
            except Exception as error:
                if getattr(error, "status", None) != 401:
                    raise
        return super().ask_for(path, token)
