"""Never names a customer, and takes the refusal for a desk without files."""

from get_tickets_reader import Refused

from mockservers.harness.clients import reference

RULES = ("get_tickets.attachments.cid",)


class Client(reference("get_tickets", "history")):
    def all_files(self, tickets):
        self.everybody = {}
        try:
            return super().all_files(tickets)
        except Refused:
            return {}
