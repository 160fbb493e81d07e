"""Cannot show a ticket that was never closed: the copy is there, and trips over the date that is none."""

from mockservers.harness.clients import reference

RULES = ("superoffice.carrier.unset_dates", "superoffice.carrier.grows")


class Client(reference("superoffice")):
    def mirror(self):
        found = super().mirror()
        for each in found["records"]:
            each["fields"]["ClosedAt"] = each["fields"]["ClosedAt"].replace("+00:00", "Z")
        return found
