"""Knows the properties of one release, and fails over one of the next."""

from mockservers.harness.clients import reference

RULES = ("superoffice.carrier.extra",)


class Client(reference("superoffice")):
    def keep(self, ticket):
        if unknown := {name for name in ticket if name.startswith("Holo")}:
            raise TypeError(f"Ticket() got an unexpected keyword argument {unknown}")
        super().keep(ticket)
