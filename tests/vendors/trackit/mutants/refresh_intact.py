"""Puts the form together by hand: the + of a refresh token arrives as a blank, and every renewal is refused first."""

from mockservers.harness.clients import reference

RULES = ("trackit.token.refresh", "trackit.token.form")


class Client(reference("trackit")):
    def grant(self, grant_type, **form):
        if grant_type != "refresh_token":
            return super().grant(grant_type=grant_type, **form)
        body = f"grant_type=refresh_token&refresh_token={form['refresh_token']}"
        return self.judge(self.request("POST", "token", data=body))
