"""Looks at what a search finds alone: what is gone is never found, and so stays."""

from mockservers.harness.clients import reference

RULES = ("trackit.read.searches",)


class Client(reference("trackit", "searcher")):
    def sync(self):
        for number in sorted(self.found() or ()):
            self.look(number)
