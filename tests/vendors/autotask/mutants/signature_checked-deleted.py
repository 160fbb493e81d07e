"""Forgets a ticket as soon as somebody calls that it was deleted, before it knows who that is."""

import json

from mockservers.harness.clients import reference

RULES = ("autotask.webhook.signature",)


class Client(reference("autotask", "listener")):
    def called(self, headers, body):
        told = json.loads(body)
        if told["Action"] == "Delete":
            self.tickets.pop(told["Id"], None)
            with self.lock:
                self.due.discard(told["Id"])
            return 200
        return super().called(headers, body)
