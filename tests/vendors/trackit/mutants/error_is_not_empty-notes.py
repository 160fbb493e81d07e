"""Shows no notes where they could not be read."""

from mockservers.harness.clients import reference

RULES = ("trackit.permission.denied", "trackit.access.bearer", "trackit.wire.empty_notes")


class Client(reference("trackit")):
    def notes(self, number):
        try:
            return super().notes(number)
        except Exception:
            return []
