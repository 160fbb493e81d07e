"""Believes what a call says of a ticket, though by now there is something newer, and does not read the ticket."""

import json

from mockservers.harness.clients import reference

RULES = ("autotask.webhook.call",)


class Client(reference("autotask", "listener")):
    def called(self, headers, body):
        status = super().called(headers, body)
        told = json.loads(body)
        known = self.tickets.get(told["Id"])
        title = next((value for name, value in told.get("Fields", {}).items() if name.lower() == "title"), None)
        if status == 200 and known is not None and title is not None:
            known["Title"] = title
            with self.lock:
                self.due.discard(told["Id"])
        return status
