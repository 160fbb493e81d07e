"""Makes its webhook once, and never looks at it again."""

from mockservers.harness.clients import reference

RULES = ("autotask.webhook.disabled",)


class Client(reference("autotask", "listener")):
    def subscribe(self):
        if self.hook is None:
            super().subscribe()
