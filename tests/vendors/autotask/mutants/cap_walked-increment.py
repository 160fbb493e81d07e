"""Walks page by page the first time; later, when little is expected, the first 500 rows are taken for all of them."""

from mockservers.harness.clients import reference

RULES = ("autotask.query.top_500",)


class Client(reference("autotask")):
    def all(self, entity, conditions="", after=0):
        if not conditions:
            yield from super().all(entity, conditions, after)
        else:
            yield from self.query(entity, conditions)
