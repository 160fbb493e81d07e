"""A ticket whose Details failed is forgotten until somebody acts upon it again."""

from mockservers.harness.clients import reference

RULES = ("querydata.window.moves_out", "querydata.details.one_id")


class Client(reference("querydata")):
    def fetch(self, ticket):
        try:
            super().fetch(ticket)
        except Exception:
            del self.unread[ticket]
