"""Reads assignments only where the ticket's Last Modified has moved; work on an assignment does not move it."""

from mockservers.harness.clients import reference

RULES = ("trackit.assignment.apart",)


class Client(reference("trackit", "assignments")):
    def pages(self, path, key):
        number = int(path.split("/")[1])
        known = self.tickets.get(number)
        if key == "Assignments" and known and known["2"] == self.read(number)["2"]:
            old = {each["1"]: each for each in known["assignments"]}
            found = super().pages(path, key)
            return None if found is None else [old.get(each["1"], each) for each in found]
        return super().pages(path, key)
