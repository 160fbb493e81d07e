"""Asks for what was active after the latest moment that is known, not from it on."""

from mockservers.harness.clients import reference

RULES = ("autotask.time.resolution",)


class Client(reference("autotask", "rest")):
    def all(self, resource, *conditions):
        later = [("gt" if operator == "gte" else operator, *rest) for operator, *rest in conditions]
        return super().all(resource, *later)
