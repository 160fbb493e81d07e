"""Checks the signature of the body as it would write it itself, not of the bytes that came."""

import json

from mockservers.harness.clients import reference

RULES = ("superoffice.webhook.signature",)


class Client(reference("superoffice", "listener")):
    def called(self, headers, body):
        return super().called(headers, json.dumps(json.loads(body)).encode())
