"""Changes are asked for by the name of an output, which the server never looks at."""

from mockservers.harness.clients import reference


class Client(reference("get_tickets")):
    def call(self, **variables):
        return super().call(last_updated="3/2/2026", **variables)
