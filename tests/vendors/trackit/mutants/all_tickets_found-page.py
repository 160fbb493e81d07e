"""Searches for everything with room for twenty, and takes the first page for all there is."""

from mockservers.harness.clients import reference

RULES = ("trackit.search.pages",)


class Client(reference("trackit", "searcher")):
    def search(self, page):
        return super().search(page) if page == 1 else []
