"""Keeps in memory what it sent and nobody answered: after a restart it is made once more."""

from mockservers.harness.clients import reference

RULES = ("autotask.write.duplicate", "autotask.udf.definitions")


class Client(reference("autotask", "outbox")):
    def keep(self):
        outbox, self.outbox = self.outbox, []
        super().keep()
        self.outbox = outbox
