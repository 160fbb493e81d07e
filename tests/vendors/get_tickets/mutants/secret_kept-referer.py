"""Each call names the address of the one before it, and the key stands in there."""

from mockservers.harness.clients import reference

RULES = ("get_tickets.key.secret",)


class Client(reference("get_tickets")):
    def get(self, **variables):
        answer = super().get(**variables)
        self.http.headers["Referer"] = answer.url
        return answer
