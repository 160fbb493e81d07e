"""A name that comes twice keeps its last value, as a dictionary would."""

from mockservers.harness.clients import reference


class Client(reference("get_tickets")):
    def read(self, pairs):
        return super().read(dict(pairs).items())
