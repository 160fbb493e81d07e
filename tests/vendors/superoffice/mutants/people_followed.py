"""Reads a person once, and never again: the address of then stands in the mirror for good."""

from mockservers.harness.clients import reference

RULES = ("superoffice.person.changed",)


class Client(reference("superoffice", "people")):
    def emails(self, numbers):
        self.known = getattr(self, "known", {})
        self.known |= super().emails([each for each in numbers if each not in self.known])
        return self.known
