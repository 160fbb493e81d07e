"""Takes a ticket over only where Last Modified has moved; notes move other fields, and lists are edited elsewhere."""

from mockservers.harness.clients import reference

RULES = ("trackit.note.touches", "trackit.write.stamp")


class Client(reference("trackit")):
    def look(self, number):
        known = self.tickets.get(number)
        super().look(number)
        if known and number in self.tickets and self.tickets[number]["2"] == known["2"]:
            self.tickets[number] = {**known, "notes": self.tickets[number]["notes"]}
