"""Expects the title in every call, which one of a deleted ticket does not tell."""

import json

from mockservers.harness.clients import reference

RULES = ("autotask.webhook.call",)


class Client(reference("autotask", "listener")):
    def called(self, headers, body):
        status = super().called(headers, body)
        if status == 200 and json.loads(body)["Action"] == "Delete":
            json.loads(body)["Fields"]["Title"]
        return status
