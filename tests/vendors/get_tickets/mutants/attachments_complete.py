"""Reads the files of a ticket when it sees the ticket first, and never again."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.attachments.inputs",)


class Client(reference("get_tickets", "history")):
    def all_files(self, tickets):
        return {**super().all_files(tickets), **{tid: self.files.get(tid, []) for tid in self.tickets}}
