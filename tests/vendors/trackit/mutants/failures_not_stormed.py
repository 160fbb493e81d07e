"""Asks again at once, and again, whenever no answer comes."""

from mockservers.harness.clients import reference

RULES = ("trackit.token.licences",)


class Client(reference("trackit")):
    def request(self, *asked, **more):
        for _ in range(30):
            try:
                return super().request(*asked, **more)
            except Exception as error:
                if getattr(error, "kind", "") != "transport":
                    raise
        return super().request(*asked, **more)
