"""In delimited text an answer without a line has no tickets, whatever became of its body."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.wire.delimited", "get_tickets.error.form")


class Client(reference("get_tickets")):
    def count(self):
        return 0
