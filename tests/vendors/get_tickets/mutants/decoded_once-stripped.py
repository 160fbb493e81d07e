"""White space around a text is thought to mean nothing."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.wire.urlencode",)


class Client(reference("get_tickets")):
    def value(self, name, text):
        value = super().value(name, text)
        return value.strip() if name in ("subject", "summary") else value
