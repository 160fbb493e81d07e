"""Looks up the zone before every call."""

from mockservers.harness.clients import reference

RULES = ("autotask.zone.info", "autotask.threshold.counted")


class Client(reference("autotask")):
    def call(self, operation, body):
        self.service = None
        return super().call(operation, body)
