"""Reads the history of a ticket only when the time of its last change is later than any that it knew."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.history.entries",)


class Client(reference("get_tickets", "history")):
    def sync(self):
        mark = max((ticket["last_updated"] for ticket in self.tickets.values()), default="")
        known = dict(self.entries)
        super().sync()
        for id_, entry in list(self.entries.items()):
            if (
                id_ not in known
                and mark
                and self.tickets.get(entry["tid"], {"last_updated": ""})["last_updated"] <= mark
            ):
                del self.entries[id_]
