"""Has its tickets in memory while it reads them, and its mark in the file: an error takes it back, and a power cut does not."""

from mockservers.harness.clients import reference

RULES = ("querydata.window.after_gap",)


class Client(reference("querydata", "sqlite")):
    def read_all(self):
        (mark,) = self.db.execute("select at from mark").fetchone()
        queue = self.db.execute("select id from queue").fetchall()
        with self.db:
            self.db.execute("update mark set at = ?", [self.ask.now()])
            self.db.execute("delete from queue")
        try:
            for ticket in queue:
                self.db.execute("insert into queue values (?)", ticket)
                super().read_all()
        except Exception:
            with self.db:
                self.db.execute("update mark set at = ?", [mark])
            raise
