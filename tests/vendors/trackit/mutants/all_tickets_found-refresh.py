"""Needs a refresh token, which not every server gives."""

from mockservers.harness.clients import reference

RULES = ("trackit.token.refresh", "trackit.read.ticket")


class Client(reference("trackit")):
    def grant(self, **form):
        granted = super().grant(**form)
        return {**granted, "refresh_token": granted["refresh_token"]}
