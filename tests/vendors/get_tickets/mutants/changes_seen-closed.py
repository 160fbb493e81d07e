"""A ticket that is closed is thought done with: what changes later is not taken over."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.field.last_updated",)


class Client(reference("get_tickets")):
    def walk(self):
        found = super().walk()
        return {
            tid: self.tickets[tid] if self.tickets.get(tid, {}).get("date_closed") else ticket
            for tid, ticket in found.items()
        }
