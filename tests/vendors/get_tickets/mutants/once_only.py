"""A ticket that changed is put beside its older self instead of in its place."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.date.no_changed_since",)


class Client(reference("get_tickets")):
    def reset(self, **message):
        super().reset(**message)
        self.older = []

    def walk(self):
        found = super().walk()
        self.older += [old for tid, old in self.tickets.items() if tid in found and found[tid] != old]
        return found

    def mirror(self):
        now, records = self.tickets, super().mirror()["records"]
        for ticket in self.older:
            self.tickets = {ticket["tid"]: ticket}
            records = super().mirror()["records"] + records
        self.tickets = now
        return {"records": records}
