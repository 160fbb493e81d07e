"""Walks by $skip in the order of changes, where a ticket that changes meanwhile moves to the end, and all others up."""

from mockservers.harness.clients import reference

RULES = ("superoffice.odata.order", "superoffice.odata.list")


class Client(reference("superoffice")):
    def changed(self):
        skip, ask = 0, super().rows

        def rows(options):
            query = options["$filter"].split("ticketId gt")[0] + "ticketId gt 0"
            return ask({**options, "$filter": query, "$orderby": "lastChanged", "$skip": skip})

        self.rows = rows
        for row in super().changed():
            skip += 1
            yield row
