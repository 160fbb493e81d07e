"""Fetches the files of a ticket when it is new, and none that come later."""

from mockservers.harness.clients import reference

RULES = ("superoffice.field.messages",)


class Client(reference("superoffice", "files")):
    def fetch(self, number):
        known = self.tickets.get(number, {}).get("Attachments")
        return known or super().fetch(number)
