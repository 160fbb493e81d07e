"""Takes an error for an empty list, and begins anew."""

from mockservers.harness.clients import reference

Reader = reference("toy")

RULES = ("toy.access.key",)


class Client(Reader):
    def ask(self, variables):
        try:
            return super().ask(variables)
        except Exception:
            self.tickets = {}
            return {"tickets": []}
