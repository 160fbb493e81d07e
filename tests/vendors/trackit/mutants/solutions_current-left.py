"""Takes a ticket without the field of its solution for one of which nothing is said: the former solution stays."""

from mockservers.harness.clients import reference

RULES = ("trackit.wire.nulls_omitted",)


class Client(reference("trackit", "solutions")):
    def read(self, number):
        ticket = super().read(number)
        if ticket is not None and "158" not in ticket and number in self.tickets:
            ticket["solutions"] = self.tickets[number]["solutions"]
        return ticket
