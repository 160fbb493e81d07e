"""Sends the tracking identifier in a header of its own as well, where every proxy writes it down."""

from mockservers.harness.clients import reference

RULES = ("autotask.tracking.required",)


class Client(reference("autotask")):
    def reset(self, **given):
        super().reset(**given)
        self.http.headers["X-Integration-Code"] = self.code
