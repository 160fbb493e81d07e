"""A ticket is taken over when it is newer than the newest known: of the same second, or late in showing, it is not."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.field.last_updated", "get_tickets.date.no_changed_since")


class Client(reference("get_tickets")):
    def walk(self):
        mark = max((ticket["last_updated"] for ticket in self.tickets.values()), default="")
        return {
            tid: ticket if ticket["last_updated"] > mark else self.tickets.get(tid, ticket)
            for tid, ticket in super().walk().items()
        }
