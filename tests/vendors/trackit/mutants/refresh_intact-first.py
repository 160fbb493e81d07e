"""Keeps the first refresh token, as if it were good for more than one time."""

from mockservers.harness.clients import reference

RULES = ("trackit.token.refresh",)


class Client(reference("trackit")):
    def reset(self, **given):
        super().reset(**given)
        self.first = None

    def grant(self, grant_type, **form):
        if grant_type == "refresh_token":
            form["refresh_token"] = self.first
        granted = super().grant(grant_type=grant_type, **form)
        self.first = self.first or granted.get("refresh_token")
        return granted
