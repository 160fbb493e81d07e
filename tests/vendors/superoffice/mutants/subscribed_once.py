"""Saves a new webhook each time, and does not look for the one that it has."""

from mockservers.harness.clients import reference

RULES = ("superoffice.webhook.carrier",)


class Client(reference("superoffice", "listener")):
    def call(self, verb, path, **request):
        return [] if path.endswith("GetAllWebhooks") else super().call(verb, path, **request)
