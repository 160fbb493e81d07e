"""Never names a customer, and takes the refusal for a desk without files."""

from mockservers.harness.clients import reference

Correct = reference("get_tickets", "history")

from get_tickets_reader import Refused  # noqa: E402 - it is there now

RULES = ("get_tickets.attachments.cid",)


class Client(Correct):
    def all_files(self, tickets):
        self.everybody = {}
        try:
            return super().all_files(tickets)
        except Refused:
            return {}
