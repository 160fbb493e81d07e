"""Begins anew after a run that failed: what it finds then is taken for what it has."""

from mockservers.harness.clients import reference

RULES = ("trackit.read.unknown", "trackit.read.ticket")


class Client(reference("trackit", "stamps")):
    failed = False

    def sync(self):
        if self.thorough is not None:  # reads all only once
            self.thorough = self.now()
        if self.failed:
            self.known.update(self.stamps() or {})
        self.failed = True
        super().sync()
        self.failed = False
