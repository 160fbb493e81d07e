"""A window that failed in three syncs is thought to fail for ever, and passed over."""

from mockservers.harness.clients import reference

RULES = ("querydata.window.after_gap",)


class Client(reference("querydata")):
    failures = 0

    def summary(self, start, end):
        try:
            found = super().summary(start, end)
        except Exception:
            self.failures += 1
            if self.failures < 3:
                raise
            found = []
        self.failures = 0
        return found
