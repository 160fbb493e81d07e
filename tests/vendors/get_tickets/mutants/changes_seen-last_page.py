"""Numbers grow, so after the first sync only the pages behind the last one known are read."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.date.no_changed_since", "get_tickets.range.tid")


class Client(reference("get_tickets")):
    def walk(self):
        if len(self.tickets) < 10:
            return super().walk()
        tickets = self.call(start_tid=max(self.tickets) + 1, order="tid")
        return {**self.tickets, **{ticket["tid"]: ticket for ticket in map(self.read, tickets)}}
