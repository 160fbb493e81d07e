"""Nobody asks how many requests the customer has left."""

from mockservers.harness.clients import reference

RULES = ("autotask.rest.threshold",)


class Client(reference("autotask", "rest")):
    def watch_usage(self):
        self.calls = 0
