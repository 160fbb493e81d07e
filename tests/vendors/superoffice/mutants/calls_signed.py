"""Asks for calls without a secret, so that nothing can be checked."""

import json

from mockservers.harness.clients import reference

RULES = ("superoffice.webhook.signature",)


class Client(reference("superoffice", "listener")):
    def reset(self, **given):
        super().reset(**given)
        self.secret = ""

    def called(self, headers, body):
        with self.lock:
            self.due.add(json.loads(body)["PrimaryKey"])
        return 200
