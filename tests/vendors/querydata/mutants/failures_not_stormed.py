"""Asks again at once, and again, whenever no answer comes."""

from mockservers.harness.clients import reference

RULES = ("querydata.limit.rate",)


class Client(reference("querydata")):
    def call(self, *asked, **more):
        for _ in range(30):
            try:
                return super().call(*asked, **more)
            except Exception as error:
                if getattr(error, "kind", "") != "transport":
                    raise
        return super().call(*asked, **more)
