"""Asks for calls without a secret, so that nothing could be checked."""

import json

from mockservers.harness.clients import reference

RULES = ("autotask.webhook.records",)


class Client(reference("autotask", "listener")):
    def reset(self, **given):
        super().reset(**given)
        self.secret = ""

    def called(self, headers, body):
        with self.lock:
            self.due.add(json.loads(body)["Id"])
        return 200
