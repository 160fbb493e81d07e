"""Keeps its own number in ExternalID, which belongs to the vendor's integrations, instead of a user-defined field."""

from mockservers.harness.clients import reference

RULES = ("autotask.external.reserved",)


class Client(reference("autotask", "writer")):
    def create(self, key, fields):
        return super().create(key, {**fields, "ExternalID": f"ours-{key}"})
