"""Writes down how far it has looked before it has looked there: an error takes it back, and a power cut does not."""

from mockservers.harness.clients import reference

RULES = ("trackit.read.ticket",)


class Client(reference("trackit", "ledger")):
    def reset(self, **told):
        super().reset(**told)
        with self.ledger() as db:
            db.execute("create table if not exists looked (number integer primary key)")

    def take(self, web, number):
        new = number not in self.known("select number from looked")
        if new:
            with self.ledger() as db:
                db.execute("insert into looked values (?)", [number])
        elif number not in self.known("select number from ticket"):
            return False
        try:
            return super().take(web, number)
        except Exception:
            with self.ledger() as db:
                db.execute("delete from looked where number = ?", [number])
            raise
