"""What is empty now is thought not to have been told, and the older value stays."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.field.sentinels", "get_tickets.field.date_closed")


class Client(reference("get_tickets")):
    def walk(self):
        return {
            tid: {
                **self.tickets.get(tid, {}),
                **{name: value for name, value in ticket.items() if value not in (None, "")},
            }
            for tid, ticket in super().walk().items()
        }
