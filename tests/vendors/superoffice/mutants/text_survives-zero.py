"""Takes 0 for nothing."""

from mockservers.harness.clients import reference

RULES = ("superoffice.carrier.value_types",)


class Client(reference("superoffice")):
    def keep(self, ticket):
        super().keep({**ticket, **{name: ticket[name] or None for name in ("NumReplies", "TimeSpentInternally")}})
