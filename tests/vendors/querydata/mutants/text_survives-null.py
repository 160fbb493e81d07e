"""What is not set is kept as a word."""

from mockservers.harness.clients import reference

RULES = ("querydata.details.content",)


class Client(reference("querydata")):
    def value(self, name, value):
        return (
            str(super().value(name, value))
            if name in ("Folder", "AssignedTo", "Remarks")
            else super().value(name, value)
        )
