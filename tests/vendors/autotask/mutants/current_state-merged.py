"""Puts what is told over what was known: a field that is not told any more keeps its value."""

from mockservers.harness.clients import reference

RULES = ("autotask.wire.nulls",)


class Client(reference("autotask")):
    def keep(self, row):
        number = int(row.findtext("{*}id"))
        known = self.tickets.get(number, {})
        super().keep(row)
        told = {name: value for name, value in self.tickets[number].items() if value is not None}
        self.tickets[number] = {**known, **told}
