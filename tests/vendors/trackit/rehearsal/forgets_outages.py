"""Looks at new numbers and at tickets that it knows; a number that could not be read is taken for one that is not there."""

from mockservers.harness.clients import reference

RULES = ("trackit.read.unknown", "trackit.read.ticket")


class Client(reference("trackit")):
    def sync(self):
        number = self.highest + 1
        while number <= self.highest + self.options["longest_gap"] + 1:
            try:
                self.look(number)
            except Exception:
                self.highest = number
                break
            number += 1
        for known in list(self.tickets):
            self.look(known)
