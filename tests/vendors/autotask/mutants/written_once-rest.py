"""Makes a ticket again when it is told again, without a look whether it is there already."""

from mockservers.harness.clients import reference

RULES = ("autotask.write.duplicate", "autotask.rest.written")


class Client(reference("autotask", "rest_writer")):
    def create(self, key, fields):
        self.unsure.discard(key)
        return super().create(key, fields)
