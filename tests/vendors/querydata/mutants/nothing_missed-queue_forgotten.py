"""The queue is kept in memory alone, and what was asked for is not."""

from mockservers.harness.clients import reference

RULES = ("querydata.summary.ids_only", "querydata.window.after_gap")


class Client(reference("querydata", "nightly")):
    def keep(self, name, value):
        super().keep(name, {**value, "queue": []} if name == "progress" else value)
