"""Reads the ticket first, and answers the call when it has it."""

import json

from mockservers.harness.clients import reference

RULES = ("autotask.webhook.patience",)


class Client(reference("autotask", "listener")):
    def called(self, headers, body):
        status = super().called(headers, body)
        if status == 200 and json.loads(body)["Action"] != "Deactivated":
            self.read([json.loads(body)["Id"]])
        return status
