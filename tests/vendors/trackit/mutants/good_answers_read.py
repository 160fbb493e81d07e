"""Counts the letters of a description that may be left out of the answer."""

from mockservers.harness.clients import reference

RULES = ("trackit.wire.nulls_omitted",)


class Client(reference("trackit")):
    def mirror(self):
        found = super().mirror()
        for each in found["records"] if isinstance(found, dict) else found:
            each["fields"]["7"] = each["fields"]["7"].rstrip("\0")
        return found
