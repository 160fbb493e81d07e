"""Sends what changed and what the vendor insists on, as one would for an interface that patches."""

from mockservers.harness.clients import reference

RULES = ("autotask.update.replaces",)
REQUIRED = ("AccountID", "Priority", "Status", "Title")


class Client(reference("autotask", "writer")):
    def update(self, record, fields):
        known = self.tickets.get(int(record), {})
        needed = {name: known.get(name) for name in REQUIRED}
        self.send("update", "Ticket", self.elements({**needed, **fields}), number=record)
