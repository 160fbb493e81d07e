"""Where a new ticket had no answer, takes one with the same summary for it."""

from mockservers.harness.clients import reference

RULES = ("trackit.write.create", "trackit.write.no_idempotency")


class Client(reference("trackit", "writer")):
    def create(self, key, fields):
        if key in self.unsure:
            for number in range(self.options["first_id"], self.highest + self.options["longest_gap"] + 2):
                ticket = self.read(number)
                if ticket and ticket.get("22") == fields["22"]:
                    return {"id": str(number)}
        return super().create(key, fields)
