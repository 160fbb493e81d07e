"""Compares numbers as texts: the highest of them is 9."""

from mockservers.harness.clients import reference

RULES = ("trackit.read.ticket", "trackit.wire.value_types")


class Client(reference("trackit")):
    def look(self, number):
        super().look(number)
        self.highest = int(max(map(str, self.tickets), default=self.options["first_id"] - 1))
