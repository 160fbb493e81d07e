"""Cannot show a ticket that is not due: the copy is there, and trips over what was left out."""

from mockservers.harness.clients import reference

RULES = ("autotask.wire.nulls",)


class Client(reference("autotask")):
    def mirror(self):
        found = super().mirror()
        for each in found["records"]:
            each["fields"]["DueDateTime"] = each["fields"]["DueDateTime"].replace(" ", "T")
        return found
