"""Sends the number of a status where its name belongs."""

from mockservers.harness.clients import reference

RULES = ("trackit.status.by_name",)

NUMBERS = {"Open": "1", "Escalated": "2", "Paused": "3", "Closed": "4", "Cancelled": "5", "Resolved": "7"}


class Client(reference("trackit", "writer")):
    def in_steps(self, record, action, body, is_done):
        if "StatusName" in body:
            body["StatusName"] = NUMBERS.get(body["StatusName"], body["StatusName"])
        super().in_steps(record, action, body, is_done)
