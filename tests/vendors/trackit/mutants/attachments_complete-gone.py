"""Keeps files that were removed from a ticket."""

from mockservers.harness.clients import reference

RULES = ("trackit.read.attachments",)


class Client(reference("trackit", "assignments")):
    def look(self, number):
        known = self.tickets.get(number, {}).get("attachments", [])
        super().look(number)
        if number in self.tickets:
            now = [each["1"] for each in self.tickets[number]["attachments"]]
            self.tickets[number]["attachments"] += [each for each in known if each["1"] not in now]
