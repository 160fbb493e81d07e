"""Times without a zone are taken for UTC."""

from datetime import UTC

from mockservers.harness.clients import reference

RULES = ("querydata.window.zone", "querydata.details.times")


class Client(reference("querydata")):
    def value(self, name, value):
        zone, self.zone = self.zone, UTC
        try:
            return super().value(name, value)
        finally:
            self.zone = zone
