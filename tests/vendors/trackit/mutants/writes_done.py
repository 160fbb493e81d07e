"""Takes status 200 for done, and does not look at what came back."""

from mockservers.harness.clients import reference

RULES = ("trackit.write.read_only_key", "trackit.write.virtual_unknown")


class Client(reference("trackit", "writer")):
    def check(self, ticket, fields):
        pass
