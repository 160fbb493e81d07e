"""Leaves the Source to the vendor, so that its tickets look like those from the customer's portal."""

from mockservers.harness.clients import reference

RULES = ("autotask.create.source",)


class Client(reference("autotask", "writer")):
    def reset(self, **given):
        super().reset(**given)
        self.source = None
