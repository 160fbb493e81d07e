"""Ids that the sync before had named already are thought to come from the overlap alone."""

from mockservers.harness.clients import reference

RULES = ("querydata.repeat.is_normal", "querydata.window.actions_that_count")


class Client(reference("querydata")):
    def sync(self):
        self.before, self.named = getattr(self, "named", set()), set()
        super().sync()

    def summary(self, start, end):
        found = super().summary(start, end)
        self.named.update(found)
        return [ticket for ticket in found if ticket not in self.before or ticket not in self.tickets]
