"""Adds what it reads to what it has, without a look at the number."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.history.entries",)


class Client(reference("get_tickets", "history")):
    def sync(self):
        before = self.mirror()["records"]
        super().sync()
        self.older = {record["id"]: record["fields"]["history"] for record in before}

    def mirror(self):
        records = super().mirror()["records"]
        for record in records:
            record["fields"]["history"] = getattr(self, "older", {}).get(record["id"], []) + record["fields"]["history"]
        return {"records": records}
