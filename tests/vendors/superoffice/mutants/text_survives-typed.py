"""Lets its store guess the types of texts: 007 becomes a number, and true a truth value."""

import json

from mockservers.harness.clients import reference

RULES = ("superoffice.media.json",)


class Client(reference("superoffice")):
    def keep(self, ticket):
        try:
            title = json.loads(ticket["Title"] or "")
        except ValueError:
            title = ticket["Title"]
        super().keep({**ticket, "Title": title})
