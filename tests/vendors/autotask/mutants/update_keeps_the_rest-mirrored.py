"""Reads the ticket first, but sends back only the fields that it mirrors: others are cleared."""

from mockservers.harness.clients import reference

RULES = ("autotask.update.replaces",)


class Client(reference("autotask", "writer")):
    def ticket(self, number):
        row = super().ticket(number)
        for each in list(row):
            if each.tag.rpartition("}")[2] in ("PurchaseOrderNumber", "DueDateTime"):
                row.remove(each)
        return row
