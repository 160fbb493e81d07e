"""Sends null for what it was not told, which a merge patch takes for removing it."""

from mockservers.harness.clients import reference

RULES = ("superoffice.rest.patch",)


class Client(reference("superoffice", "patcher")):
    def update(self, record, fields):
        self.call("PATCH", f"Ticket/{record}", json={"Deadline": None, "Person": None, "CustomFields": None})
        super().update(record, fields)
