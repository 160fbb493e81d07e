"""Tickets are written down before they are brought up to date."""

from mockservers.harness.clients import reference

RULES = ("querydata.window.after_gap",)


class Client(reference("querydata", "nightly")):
    def keep(self, name, value):
        if name != "tickets":
            super().keep(name, value)

    def sync(self):
        super().keep("tickets", self.tickets)
        super().sync()
