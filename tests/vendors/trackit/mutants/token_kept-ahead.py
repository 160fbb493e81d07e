"""Compares the end that the server tells with a clock of its own, which is two hours ahead: no token is ever good."""

from datetime import timedelta

from mockservers.harness.clients import reference

RULES = ("trackit.token.lifetime", "trackit.token.answer")


class Client(reference("trackit")):
    def login(self):
        super().login()
        self.ends -= timedelta(hours=2)
