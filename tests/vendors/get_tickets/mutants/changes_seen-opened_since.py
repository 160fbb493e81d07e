"""start_date is taken for 'changed since': after the first sync only what was opened lately is read."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.range.opening_time", "get_tickets.date.no_changed_since")


class Client(reference("get_tickets")):
    def __init__(self, ask):
        self.clock = ask

    def walk(self):
        found = {**self.tickets, **super().walk()}
        first, self.since = not hasattr(self, "since"), self.clock.now()
        return found if first else {tid: self.tickets.get(tid, ticket) for tid, ticket in found.items()}
