"""Adds what it reads to what it has: a ticket that is told again stands twice."""

from mockservers.harness.clients import reference

RULES = ("autotask.activity.moves",)


class Client(reference("autotask")):
    def reset(self, **given):
        super().reset(**given)
        self.older = []

    def keep(self, row):
        number = int(row.findtext("{*}id"))
        if number in self.tickets:
            self.older.append({"id": str(number), "fields": self.tickets[number]})
        super().keep(row)

    def mirror(self):
        return {"records": self.older + super().mirror()["records"]}
