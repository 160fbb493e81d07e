"""Asks for what was active after the latest activity that is known, and so misses what happened in the same moment."""

from mockservers.harness.clients import reference

RULES = ("autotask.time.resolution",)


class Client(reference("autotask")):
    def query(self, entity, conditions):
        return super().query(entity, conditions.replace("GreaterThanOrEquals", "GreaterThan"))
