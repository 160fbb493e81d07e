"""A number that led nowhere once is never tried again, though a ticket may only have been hidden."""

from mockservers.harness.clients import reference

RULES = ("trackit.segregation.hidden", "trackit.read.unknown")


class Client(reference("trackit")):
    def reset(self, **given):
        super().reset(**given)
        self.nowhere = set()

    def look(self, number):
        if number in self.nowhere and number <= self.highest:
            return
        super().look(number)
        if number not in self.tickets:
            self.nowhere.add(number)
