"""Where a new ticket had no answer, takes one with the same subject for it."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.write.no_idempotency",)


class Client(reference("get_tickets", "writer")):
    def create(self, key, fields):
        if key in self.unsure:
            for ticket in self.walk().values():
                if ticket["subject"] == fields["subject"]:
                    return {"id": str(ticket["tid"])}
        return super().create(key, fields)
