"""Answers are put beside questions by their place, though one that failed has none."""

from mockservers.harness.clients import reference

RULES = ("querydata.details.content",)


class Client(reference("querydata", "parallel")):
    def sync(self):
        self.asked, self.came = [], {}
        try:
            super().sync()
        finally:
            self.tickets.update(
                zip(sorted(self.asked), [self.came[ticket] for ticket in sorted(self.came)], strict=False)
            )

    def fetch(self, ticket):
        self.asked.append(ticket)
        super().fetch(ticket)
        if ticket in self.tickets:
            self.came[ticket] = self.tickets[ticket]
