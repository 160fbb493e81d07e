"""Logs in once, when it starts."""

from datetime import timedelta

from mockservers.harness.clients import reference

RULES = ("trackit.token.lifetime", "trackit.token.control")


class Client(reference("trackit")):
    def login(self):
        if self.ends is None:
            super().login()
        self.ends = self.now() + timedelta(days=1)
