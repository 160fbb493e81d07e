"""Makes a new webhook each time, and does not look for the one that it has."""

from mockservers.harness.clients import reference

RULES = ("autotask.webhook.duplicates",)


class Client(reference("autotask", "listener")):
    def all(self, resource, *conditions):
        return iter(()) if resource == "TicketWebhooks" else super().all(resource, *conditions)
