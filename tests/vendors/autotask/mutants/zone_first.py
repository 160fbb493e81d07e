"""The address is written down in a configuration file; nobody asks where the customer is served."""

from mockservers.harness.clients import reference

RULES = ("autotask.zone.info", "autotask.zone.wrong")


class Client(reference("autotask")):
    def find_zone(self):
        return self.lookup
