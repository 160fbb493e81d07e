"""Makes a ticket again when it is told again, without a look whether it is there already."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.write.no_idempotency",)


class Client(reference("get_tickets", "writer")):
    def create(self, key, fields):
        self.unsure.pop(key, None)
        return super().create(key, fields)
