"""The address is written down in a configuration file; nobody asks where the customer is served."""

from mockservers.harness.clients import reference

RULES = ("autotask.rest.zone", "autotask.zone.wrong")


class Client(reference("autotask", "rest")):
    def find_zone(self):
        return self.lookup
