"""What the run before had read is still there when the next one begins, and counts as read."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.page.unstable",)


class Client(reference("get_tickets", "sqlite")):
    def open(self):
        return KeepsFresh(super().open())


class KeepsFresh:
    def __init__(self, opened):
        self.opened = opened

    def __enter__(self):
        self.db = self.opened.__enter__()
        return self

    def __exit__(self, *raised):
        self.db.commit()
        return self.opened.__exit__(*raised)

    def __getattr__(self, name):
        return getattr(self.db, name)

    def execute(self, statement, *values):
        return self.db.execute("SELECT 1" if statement == "DELETE FROM fresh" else statement, *values)
