"""Relies on its refresh token for ever."""

from mockservers.harness.clients import reference

RULES = ("trackit.token.refresh",)


class Client(reference("trackit")):
    def login(self):
        refresh = self.refresh
        try:
            super().login()
        except Exception:
            self.refresh = refresh
            raise

    def grant(self, grant_type, **form):
        if grant_type == "password" and self.ends is not None:
            raise RuntimeError("the session is over")
        return super().grant(grant_type=grant_type, **form)
