"""Sends any request again at once when no answer came, writes too."""

from mockservers.harness.clients import reference

RULES = ("trackit.write.no_idempotency",)


class Client(reference("trackit", "writer")):
    def request(self, method, path, **more):
        try:
            return super().request(method, path, **more)
        except Exception:
            return super().request(method, path, **more)
