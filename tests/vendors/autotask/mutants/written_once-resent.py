"""Sends any request again at once when no answer came, writes too."""

from mockservers.harness.clients import reference

RULES = ("autotask.write.duplicate",)


class Client(reference("autotask", "writer")):
    def post(self, *given):
        try:
            return super().post(*given)
        except Exception as error:
            if getattr(error, "kind", "") != "transport":
                raise
            return super().post(*given)
