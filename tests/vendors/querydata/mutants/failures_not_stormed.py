"""A call that gets no answer is made again at once, fifty times."""

from mockservers.harness.clients import reference

RULES = ("querydata.window.after_gap",)


class Client(reference("querydata")):
    def call(self, *asked):
        for _ in range(50):
            try:
                return super().call(*asked)
            except Exception as error:
                if getattr(error, "kind", "") != "transport":
                    raise
        return super().call(*asked)
