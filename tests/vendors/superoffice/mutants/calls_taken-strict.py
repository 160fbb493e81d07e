"""Stumbles over a call without FieldValues, which older servers do not send."""

import json

from mockservers.harness.clients import reference

RULES = ("superoffice.webhook.call",)


class Client(reference("superoffice", "listener")):
    def called(self, headers, body):
        told = json.loads(body)
        if told["Event"] != "test":
            told["FieldValues"]["priority"]
        return super().called(headers, body)
