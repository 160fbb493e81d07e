"""The highest number is kept over a restart, the tickets are not, and only higher ones are asked for."""

from pathlib import Path

from mockservers.harness.clients import reference

RULES = ("get_tickets.range.tid",)


class Client(reference("get_tickets")):
    def hello(self, **_):
        told = super().hello()
        return {**told, "options": [*told["options"], "restart"]}

    def reset(self, **message):
        super().reset(**message)
        self.file = Path(message["state_dir"]) / "highest"

    def walk(self):
        highest = 0 if self.tickets or not self.file.exists() else int(self.file.read_text())
        found = {tid: ticket for tid, ticket in super().walk().items() if tid > highest}
        self.file.write_text(str(max(found, default=highest)))
        return found
