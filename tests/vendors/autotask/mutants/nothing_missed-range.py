"""Cuts what it knows into ranges, and forgets that new tickets come behind the last of them."""

from mockservers.harness.clients import reference

RULES = ("autotask.query.top_500",)


class Client(reference("autotask", "parallel")):
    def ranges(self):
        known = max(map(int, self.rows), default=None)
        return [(after, known if last is None else last) for after, last in super().ranges()]
