"""After a restart it goes on from the present."""

from mockservers.harness.clients import reference

RULES = ("querydata.window.after_gap",)


class Client(reference("querydata", "sqlite")):
    def reset(self, options, **rest):
        super().reset(options=options, **rest)
        if options.get("restart"):
            with self.db:
                self.db.execute("update mark set at = ?", [self.ask.now()])
