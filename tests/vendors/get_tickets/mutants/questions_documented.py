"""Changes are asked for by the name of an output, which the server never looks at."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.variable.names", "get_tickets.date.no_changed_since")


class Client(reference("get_tickets")):
    def call(self, **variables):
        return super().call(last_updated="3/2/2026", **variables)
