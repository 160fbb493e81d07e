"""Believes what a call says of a ticket, and does not read the ticket."""

import json

from mockservers.harness.clients import reference

RULES = ("superoffice.webhook.call",)


class Client(reference("superoffice", "listener")):
    def called(self, headers, body):
        status = super().called(headers, body)
        told = json.loads(body)
        known = self.tickets.get(told["PrimaryKey"])
        if status == 200 and known is not None:
            known["Priority"] = told.get("FieldValues", {}).get("priority", known["Priority"])
            with self.lock:
                self.due.discard(told["PrimaryKey"])
        return status
