"""Keeps over a restart how far it came, and not what it had found by then."""

from pathlib import Path

from mockservers.harness.clients import reference

RULES = ("trackit.read.ticket",)


class Client(reference("trackit")):
    def hello(self, **told):
        return {**super().hello(**told), "options": ["restart"]}

    def reset(self, state_dir, **rest):
        super().reset(state_dir=state_dir, **rest)
        self.file = Path(state_dir) / "cursor"
        self.begin = int(self.file.read_text()) if self.file.exists() else self.options["first_id"]

    def look(self, number):
        if number >= self.begin:
            super().look(number)

    def sync(self):
        self.highest = max(self.highest, self.begin - 1)
        super().sync()
        self.file.write_text(str(self.highest + 1))
