"""Shows labels where values belong; they differ by language, and administrators rename them."""

from mockservers.harness.clients import reference

RULES = ("autotask.info.picklist_labels", "autotask.zone.language")
LABELS = {1: "New", 5: "Complete", 7: "Waiting Customer", 8: "In Progress", 12: "Waiting Vendor"}


class Client(reference("autotask")):
    def keep(self, row):
        super().keep(row)
        ticket = self.tickets[int(row.findtext("{*}id"))]
        ticket["Status"] = LABELS.get(ticket["Status"], ticket["Status"])
