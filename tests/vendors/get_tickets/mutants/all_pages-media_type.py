"""An answer that does not say that it is XML is thought to be an error page."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.wire.media",)


class Client(reference("get_tickets")):
    def get(self, **variables):
        answer = super().get(**variables)
        if self.format == "xml" and not answer.headers.get("Content-Type", "").startswith("text/xml"):
            answer.status_code, answer._content = 500, b""
        return answer
