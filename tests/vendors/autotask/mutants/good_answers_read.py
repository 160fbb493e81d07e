"""Takes the last row of the log of deletions for granted: where nothing was deleted since, each sync ends in an error."""

from mockservers.harness.clients import reference

RULES = ("autotask.wire.result_type",)


class Client(reference("autotask")):
    def sync(self):
        super().sync()
        self.newest = list(self.all("DeletedTicketLog", after=self.deletion))[-1]
