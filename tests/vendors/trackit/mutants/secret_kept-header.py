"""Says in its User-Agent which token it uses, for the people who read logs."""

from mockservers.harness.clients import reference

RULES = ("trackit.token.bearer_header",)


class Client(reference("trackit")):
    def send(self, method, path, body):
        self.http.headers["User-Agent"] = f"sync/1.0 ({self.token})"
        return super().send(method, path, body)
