"""Decodes the words of an entry twice."""

from urllib.parse import unquote_plus

from mockservers.harness.clients import reference

RULES = ("get_tickets.wire.encoded_everywhere",)


class Client(reference("get_tickets", "history")):
    def entry(self, pairs):
        made = super().entry(pairs)
        return {**made, "description": unquote_plus(made["description"])}
