"""Remembers the latest call alone."""

from mockservers.harness.clients import reference

RULES = ("autotask.webhook.call",)


class Client(reference("autotask", "listener")):
    def called(self, headers, body):
        with self.lock:
            self.due.clear()
        return super().called(headers, body)
