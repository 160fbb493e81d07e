"""Normalises texts, and so makes others of them."""

from unicodedata import normalize

from mockservers.harness.clients import reference

RULES = ("superoffice.media.json",)


class Client(reference("superoffice")):
    def keep(self, ticket):
        super().keep({**ticket, "Title": normalize("NFKC", ticket["Title"] or "")})
