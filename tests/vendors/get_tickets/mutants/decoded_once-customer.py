"""What is known of a customer is known by the id without its case, and jones is taken for Jones."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.field.customer", "get_tickets.filter.text")


class Client(reference("get_tickets")):
    def walk(self):
        found, contacts = super().walk(), {}
        for ticket in found.values():
            ticket["contact"] = contacts.setdefault(ticket["cid"].lower(), ticket["contact"])
        return found
