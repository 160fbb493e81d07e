"""A ticket that was closed is thought done with."""

from mockservers.harness.clients import reference

RULES = ("trackit.status.closes",)


class Client(reference("trackit")):
    def look(self, number):
        if "18" not in self.tickets.get(number, {}):
            super().look(number)
