"""Walks through all tickets, and asks for each of them once more, known or not."""

from mockservers.harness.clients import reference

RULES = ("autotask.threshold.counted", "autotask.query.top_500")


class Client(reference("autotask", "sweeper")):
    def keep(self, row):
        number = row.findtext("{*}id")
        for detail in self.query("Ticket", f'<field>id<expression op="Equals">{number}</expression></field>'):
            super().keep(detail)
