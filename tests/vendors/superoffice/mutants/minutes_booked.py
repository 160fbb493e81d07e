"""Books seconds, as the counters of the ticket have them."""

from mockservers.harness.clients import reference

RULES = ("superoffice.carrier.units",)


class Client(reference("superoffice", "writer")):
    def note(self, record, key, text, minutes=None):
        super().note(record, key, text, minutes and minutes * 60)
