"""A ticket is thought to begin right behind the one before it, as long as nobody indents."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.wire.layout",)


class Client(reference("get_tickets", "sqlite")):
    def xml(self, text):
        return super().xml(text) if "<ticket><tid>" in text else []
