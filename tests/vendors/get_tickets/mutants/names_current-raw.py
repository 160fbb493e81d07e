"""Takes the texts of the lists as they come: names with blanks or umlauts stand in the mirror encoded."""

from urllib.parse import quote_plus

from mockservers.harness.clients import reference

RULES = ("get_tickets.wire.encoded_everywhere",)


class Client(reference("get_tickets", "names")):
    def listed(self, action, root, key, name):
        return {id_: quote_plus(text) for id_, text in super().listed(action, root, key, name).items()}
