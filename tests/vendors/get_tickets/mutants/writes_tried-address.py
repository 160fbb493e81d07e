"""Puts everything into the address, however long."""

import requests

from mockservers.harness.clients import reference

Correct = reference("get_tickets", "writer")

from get_tickets_reader import Refused, Unusable  # noqa: E402 - it is there now

RULES = ("get_tickets.framework.query_limit",)


class Client(Correct):
    def write(self, action, values, key=None):
        query = {"key": self.key, "action": action, **values}
        try:
            name, told = self.response(self.http.get(self.endpoint, params=query, timeout=30))
        except requests.RequestException as error:
            raise Unusable(type(error).__name__) from None
        if name == "error":
            raise Refused(told)
        return int(told)
