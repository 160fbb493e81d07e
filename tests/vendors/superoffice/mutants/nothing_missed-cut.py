"""Keeps its watermark before it has the tickets: an error takes it back, and a power cut does not."""

from mockservers.harness.clients import reference

RULES = ("superoffice.field.last_changed",)


class Client(reference("superoffice", "nightly")):
    def take(self, numbers, mark=None):
        before = self.state("mark")
        if mark:
            with self.base:
                self.state("mark", mark)
        try:
            super().take(numbers, mark)
        except Exception:
            with self.base:
                self.base.execute("DELETE FROM state WHERE name = 'mark'")
                self.state("mark", before)
            raise

    def night(self):
        pass
