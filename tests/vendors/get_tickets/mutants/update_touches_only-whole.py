"""Sends back all that it knows of a ticket with what it is told to change."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.write.update",)


class Client(reference("get_tickets", "writer")):
    def update(self, record, fields):
        known = self.tickets.get(int(record), {})
        plain = ("contact", "summary", "category", "priority")
        more = {name: known[name] for name in plain if known.get(name) and name not in fields}
        super().update(record, {**more, **fields})

    def values(self, fields):
        return super().values({name: value for name, value in fields.items() if "<" not in (value or "")})

    def checked(self, tid, fields):
        pass
