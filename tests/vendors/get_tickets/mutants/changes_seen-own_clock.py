"""A ticket is taken over when it changed since the last run by the client's own clock."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.field.last_updated", "get_tickets.date.no_changed_since")


class Client(reference("get_tickets")):
    def __init__(self, ask):
        self.ask, self.since = ask, ""

    def walk(self):
        since, found = self.since, super().walk()
        self.since = self.ask.now().replace("Z", "+00:00")
        return {
            tid: ticket if ticket["last_updated"] >= since else self.tickets.get(tid, ticket)
            for tid, ticket in found.items()
        }
