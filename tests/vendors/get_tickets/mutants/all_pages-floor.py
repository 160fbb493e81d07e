"""Of four pages at once the last is the number of tickets by the size of a page, rounded down."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.page.base", "get_tickets.count.all_matches")


class Client(reference("get_tickets", "parallel")):
    def page(self, number):
        return super().page(number) if number <= max(self.last, 1) else []

    def count(self):
        count = super().count()
        self.last = count // 15
        return count
