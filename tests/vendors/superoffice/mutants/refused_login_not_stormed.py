"""Tries to log in again until it is let in."""

from mockservers.harness.clients import reference

RULES = ("superoffice.auth.refused",)


class Client(reference("superoffice")):
    def renew(self):
        for _ in range(9):
            try:
                return super().renew()
            except Exception:
                continue
        return False
