"""Reads the lists at the first sync alone: whoever is renamed keeps the former name in the mirror."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.reference.rename",)


class Client(reference("get_tickets", "names")):
    def listed(self, action, root, key, name):
        kept = self.names.get(
            {"customers": "customer", "companies": "company", "techs": "technician"}.get(root, "group")
        )
        return kept or super().listed(action, root, key, name)
