"""Checks a signature where there is one, and believes a call without."""

import json

from mockservers.harness.clients import reference

RULES = ("autotask.webhook.signature",)


class Client(reference("autotask", "listener")):
    def called(self, headers, body):
        if "X-Hook-Signature" in headers:
            return super().called(headers, body)
        with self.lock:
            self.due.add(json.loads(body)["Id"])
        return 200
