"""When all of the windows have had their turn, the ledger is cleared."""

from mockservers.harness.clients import reference

RULES = ("querydata.error.form", "querydata.window.after_gap")


class Client(reference("querydata", "parallel")):
    def sync(self):
        try:
            super().sync()
        finally:
            self.windows = []
