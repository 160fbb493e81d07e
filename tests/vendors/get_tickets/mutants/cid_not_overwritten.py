"""A name that comes twice keeps its last value, as a dictionary would."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.wire.cc_column",)


class Client(reference("get_tickets")):
    def read(self, pairs):
        return super().read(dict(pairs).items())
