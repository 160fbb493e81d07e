"""Takes two files of a ticket that have the same name for one."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.attachments.outputs",)


class Client(reference("get_tickets", "history")):
    def all_files(self, tickets):
        files = super().all_files(tickets)
        return {tid: list({file["file_name"]: file for file in each}.values()) for tid, each in files.items()}
