"""Where the next page begins is found by comparing numbers as text, and 9 comes after 10."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.range.tid", "get_tickets.range.count_first")


class Client(reference("get_tickets")):
    def walk(self):
        found, start = {}, 1
        while True:
            tickets = [self.read(each) for each in self.call(start_tid=start, count=10, order="tid")]
            new = {ticket["tid"]: ticket for ticket in tickets if ticket["tid"] not in found}
            found.update(new)
            if len(tickets) < 10 or not new:
                return found
            start = int(max(map(str, found))) + 1
