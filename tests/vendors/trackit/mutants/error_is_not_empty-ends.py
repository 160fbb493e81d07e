"""Takes a request that fails for the end of the walk, and what was not reached for gone."""

from mockservers.harness.clients import reference

RULES = ("trackit.read.unknown", "trackit.access.bearer")


class Client(reference("trackit")):
    def sync(self):
        before, self.tickets = self.tickets, {}
        try:
            super().sync()
        except Exception as error:
            if getattr(error, "kind", "") != "transport":
                self.tickets = before
                raise
