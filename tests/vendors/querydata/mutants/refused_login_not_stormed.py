"""Whatever goes wrong is tried ten times at once, a refused login too."""

from mockservers.harness.clients import reference

RULES = ("querydata.auth.every_call",)


class Client(reference("querydata")):
    def call(self, *asked):
        for _ in range(9):
            try:
                return super().call(*asked)
            except Exception:
                continue
        return super().call(*asked)
