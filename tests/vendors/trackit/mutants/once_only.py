"""Adds what it reads to what it has: a ticket that is told again stands twice."""

from mockservers.harness.clients import reference

RULES = ("trackit.read.ticket",)


class Client(reference("trackit")):
    def reset(self, **given):
        super().reset(**given)
        self.older = []

    def look(self, number):
        if number in self.tickets:
            self.older += [each for each in super().mirror()["records"] if each["id"] == str(number)]
        super().look(number)

    def mirror(self):
        return {"records": self.older + super().mirror()["records"]}
