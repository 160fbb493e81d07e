"""Writes fields under the names under which they are read, and takes a good answer for done."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.write.names",)


class Client(reference("get_tickets", "writer")):
    def values(self, fields):
        super().values(fields)
        return {name: self.text(name, value) for name, value in fields.items()}

    def checked(self, tid, fields):
        pass
