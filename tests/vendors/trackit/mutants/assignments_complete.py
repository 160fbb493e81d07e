"""Leaves out assignments that are closed, as if they were gone."""

from mockservers.harness.clients import reference

RULES = ("trackit.read.assignments",)


class Client(reference("trackit", "assignments")):
    def pages(self, path, key):
        found = super().pages(path, key)
        return [each for each in found if key != "Assignments" or "18" not in each] if found else found
