"""Adds assignments to those that it knows, so that deleted ones stay."""

from mockservers.harness.clients import reference

RULES = ("trackit.assignment.delete",)


class Client(reference("trackit", "assignments")):
    def look(self, number):
        known = {each["1"]: each for each in self.tickets.get(number, {}).get("assignments", [])}
        super().look(number)
        if number in self.tickets:
            now = {each["1"]: each for each in self.tickets[number]["assignments"]}
            self.tickets[number]["assignments"] = list({**known, **now}.values())
