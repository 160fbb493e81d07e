"""Trims titles, as many a mapper does by default."""

from mockservers.harness.clients import reference

RULES = ("superoffice.media.json",)


class Client(reference("superoffice")):
    def keep(self, ticket):
        super().keep({**ticket, "Title": (ticket["Title"] or "").strip()})
