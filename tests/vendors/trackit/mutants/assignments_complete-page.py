"""Reads the first page of assignments alone."""

from mockservers.harness.clients import reference

RULES = ("trackit.read.paging",)


class Client(reference("trackit", "assignments")):
    def get(self, path):
        if "/Assignments/" in path and not path.endswith("/1"):
            return {"Assignments": []}
        return super().get(path)
