"""What stands in XML is taken as it stands there."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.wire.raw_fields",)


class Client(reference("get_tickets", "sqlite")):
    def pairs(self, found):
        return dict(reversed(found))
