"""Does not look again at an assignment that it has, since its summary is what it was made for."""

from mockservers.harness.clients import reference

RULES = ("trackit.assignment.update",)


class Client(reference("trackit", "assignments")):
    def reset(self, **given):
        super().reset(**given)
        self.summaries = {}

    def pages(self, path, key):
        found = super().pages(path, key)
        if key == "Assignments":
            for each in found or ():
                each["22"] = self.summaries.setdefault(each["1"], each.get("22"))
        return found
