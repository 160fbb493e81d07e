"""Takes for granted that an update names a status: the rest is written, and then the client trips."""

from mockservers.harness.clients import reference

RULES = ("trackit.write.update",)


class Client(reference("trackit", "writer")):
    def update(self, record, fields):
        super().update(record, fields)
        self.last = fields["96"]
