"""Reads what a search finds for the first time, and never again."""

from mockservers.harness.clients import reference

RULES = ("trackit.read.searches",)


class Client(reference("trackit", "searcher")):
    def found(self):
        found = super().found()
        return found if found is None else found - set(self.tickets)

    def look(self, number):
        if number not in self.tickets:
            super().look(number)
