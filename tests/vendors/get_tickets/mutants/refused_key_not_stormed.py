"""Whatever goes wrong is tried ten times at once, a refused key too."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.key.every_call",)


class Client(reference("get_tickets")):
    def call(self, **variables):
        for _ in range(9):
            try:
                return super().call(**variables)
            except Exception:
                continue
        return super().call(**variables)
