"""Takes an answer about assignments that failed for one that there are none."""

from mockservers.harness.clients import reference

RULES = ("trackit.wire.empty_notes",)


class Client(reference("trackit", "assignments")):
    def pages(self, path, key):
        try:
            return super().pages(path, key)
        except Exception as error:
            if key == "Assignments" and error.kind == "transport":
                return []
            raise
