"""Unescapes texts that nobody escaped."""

from html import unescape

from mockservers.harness.clients import reference

RULES = ("superoffice.media.json",)


class Client(reference("superoffice")):
    def keep(self, ticket):
        super().keep({**ticket, "Title": unescape(ticket["Title"] or "")})
