"""Reads the ticket first, and answers the call when it has it."""

import json

from mockservers.harness.clients import reference

RULES = ("superoffice.webhook.patience",)


class Client(reference("superoffice", "listener")):
    def called(self, headers, body):
        status = super().called(headers, body)
        if status == 200 and json.loads(body)["Event"] != "test":
            for ticket in self.read([json.loads(body)["PrimaryKey"]]):
                self.keep(ticket)
        return status
