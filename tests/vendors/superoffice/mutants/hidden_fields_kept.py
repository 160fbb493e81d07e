"""Takes a field that it may not read, and that so comes blank, for empty."""

from mockservers.harness.clients import reference

RULES = ("superoffice.carrier.hidden_field",)


class Client(reference("superoffice")):
    def keep(self, ticket):
        super().keep({**ticket, "FieldProperties": {}})
