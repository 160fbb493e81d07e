"""Reads the ticket and sends it back: two requestors share a phone, and the first of them gets the ticket."""

from mockservers.harness.clients import reference

RULES = ("trackit.write.virtual", "trackit.write.last_wins")


class Client(reference("trackit", "writer")):
    def update(self, record, fields):
        ticket = self.read(int(record)) or {}
        rest = {name: ticket[name] for name in ("8", "36", "39") if name in ticket}
        super().update(record, {**rest, **fields})
