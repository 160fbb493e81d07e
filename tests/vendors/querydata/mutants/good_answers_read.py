"""Tells after each sync what went wrong, though nothing did: the work is done, and yet ends in an error."""

from mockservers.harness.clients import reference

RULES = ("querydata.summary.ids_only",)


class Client(reference("querydata")):
    def sync(self):
        super().sync()
        failed = None
        raise failed
