"""The AuthCode is sent as a password too, in base64."""

from base64 import b64encode

from mockservers.harness.clients import reference

RULES = ("querydata.auth.every_call",)


class Client(reference("querydata")):
    def reset(self, **message):
        super().reset(**message)
        self.http.headers["Authorization"] = "Basic " + b64encode(f"api:{self.code}".encode()).decode()
