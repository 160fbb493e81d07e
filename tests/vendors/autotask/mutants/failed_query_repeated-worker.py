"""A worker that fails is left out: what the others read counts as all there is, and the next sync goes on from there."""

from mockservers.harness.clients import reference

RULES = ("autotask.wire.return_code", "autotask.thread.limit")


class Client(reference("autotask", "parallel")):
    def walk(self, entity, *rest):
        try:
            return super().walk(entity, *rest)
        except Exception:
            return []
