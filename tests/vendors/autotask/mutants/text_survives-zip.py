"""Lays what it asked for beside what was answered, row by row: where one is gone, the others are taken for their neighbours."""

from mockservers.harness.clients import reference

RULES = ("autotask.query.hidden_rows", "autotask.ticket.deleted_log")


class Client(reference("autotask", "queue")):
    def fetch(self, state):
        asked = sorted(state["queue"], key=int)
        while asked:
            batch, asked = asked[:200], asked[200:]
            rows = self.question("Ticket", [("OR", "id", "Equals", number) for number in batch])
            state["tickets"].update(zip(batch, map(self.ticket, rows), strict=False))
        state["queue"] = []
        self.save(state)
