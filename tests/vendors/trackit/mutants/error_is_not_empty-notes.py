"""Shows no notes where they could not be read."""

from mockservers.harness.clients import reference


class Client(reference("trackit")):
    def notes(self, number):
        try:
            return super().notes(number)
        except Exception:
            return []
