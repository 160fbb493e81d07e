"""Makes a ticket again when it is told again, without a look whether it is there already."""

from mockservers.harness.clients import reference

RULES = ("trackit.write.no_idempotency", "trackit.write.create")


class Client(reference("trackit", "writer")):
    def create(self, key, fields):
        self.unsure.pop(key, None)
        return super().create(key, fields)
