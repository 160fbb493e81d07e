"""Takes a good answer for done, and does not look at what became of it."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.write.empty",)


class Client(reference("get_tickets", "writer")):
    def checked(self, tid, fields):
        pass
