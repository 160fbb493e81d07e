"""Believes every call, whoever made it."""

import json

from mockservers.harness.clients import reference

RULES = ("autotask.webhook.signature",)


class Client(reference("autotask", "listener")):
    def called(self, headers, body):
        with self.lock:
            self.due.add(json.loads(body)["Id"])
        return 200
