"""What is newest by day takes the place of all that is known, until the night brings it back."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.date.no_changed_since",)


class Client(reference("get_tickets", "nightly")):
    def keep(self, state):
        super().keep({**state, "tickets": self.fresh or state["tickets"]})

    def newest(self):
        self.fresh = super().newest()
        return self.fresh

    def everything(self):
        self.fresh = None
        return super().everything()
