"""Entries of the history that say the same are one."""

from mockservers.harness.clients import reference

RULES = ("querydata.details.content",)


class Client(reference("querydata", "parallel")):
    def fields(self, told):
        fields = super().fields(told)
        return {
            **fields,
            "History": [entry for n, entry in enumerate(fields["History"]) if entry not in fields["History"][:n]],
        }
