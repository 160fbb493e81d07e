"""Takes tickets out of its queue before it has fetched them: an error puts them back, and a power cut does not."""

from mockservers.harness.clients import reference

RULES = ("autotask.activity.fields",)


class Client(reference("autotask", "queue")):
    def fetch(self, state):
        whole = state["queue"]
        self.save({**state, "queue": []})
        try:
            super().fetch(state)
        except Exception:
            self.save({**state, "queue": whole})
            raise
