"""Looks by its title for a ticket that it may have made, and does not double the quote in it."""

from mockservers.harness.clients import reference

RULES = ("superoffice.call.save", "superoffice.odata.filter")


class Client(reference("superoffice", "writer")):
    def create(self, key, fields):
        self.title = fields["Title"]
        return super().create(key, fields)

    def find_ticket(self, key):
        query = f"title eq '{self.title}' and ticketId gt {self.unsure[key]}"
        try:
            rows = self.rows({"$select": "ticketId", "$filter": query})
        except Exception:
            return None
        return rows[0]["ticketId"] if rows else None
