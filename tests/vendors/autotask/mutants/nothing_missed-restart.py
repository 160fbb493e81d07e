"""Keeps in memory what it has still to fetch, and in a file how far it has asked: what ends between the two is lost."""

from mockservers.harness.clients import reference

RULES = ("autotask.activity.fields",)


class Client(reference("autotask", "queue")):
    def __init__(self, ask):
        super().__init__(ask)
        self.queue = []

    def load(self):
        return {**super().load(), "queue": self.queue}

    def save(self, state):
        self.queue = state["queue"]
        super().save({**state, "queue": []})
