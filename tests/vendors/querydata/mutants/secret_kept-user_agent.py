"""The AuthCode tells the vendor who calls, in the header that names the program."""

from urllib.parse import quote

from mockservers.harness.clients import reference

RULES = ("querydata.auth.every_call",)


class Client(reference("querydata")):
    def reset(self, **message):
        super().reset(**message)
        self.http.headers["User-Agent"] = quote(f"reader/1.0 ({self.code})")
