"""Checks a signature where there is one, and believes a call without."""

import json

from mockservers.harness.clients import reference

RULES = ("superoffice.webhook.signature",)


class Client(reference("superoffice", "listener")):
    def called(self, headers, body):
        if "X-Superoffice-Signature" in headers:
            return super().called(headers, body)
        with self.lock:
            self.due.add(json.loads(body)["PrimaryKey"])
        return 200
