"""Ids are kept in 32 bits."""

from mockservers.harness.clients import reference

RULES = ("querydata.id.any_number", "querydata.summary.ids_only")


class Client(reference("querydata")):
    def summary(self, start, end):
        return [str((int(ticket) + 2**31) % 2**32 - 2**31) for ticket in super().summary(start, end)]
