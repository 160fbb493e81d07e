"""Reads a solution once, and never again: as it was then it stands in the mirror for good."""

from mockservers.harness.clients import reference

RULES = ("trackit.solution.read",)


class Client(reference("trackit", "solutions")):
    def reset(self, **given):
        super().reset(**given)
        self.kept = {}

    def solution(self, number):
        if not self.kept.get(number):
            self.kept[number] = super().solution(number)
        return self.kept[number]
