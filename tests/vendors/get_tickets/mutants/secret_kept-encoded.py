"""Each call carries the key once more, in a header of the client, where base64 is thought to hide it."""

import base64

from mockservers.harness.clients import reference

RULES = ("get_tickets.key.secret",)


class Client(reference("get_tickets")):
    def get(self, **variables):
        self.http.headers["X-Client"] = base64.b64encode(f"sync:{self.key}".encode()).decode()
        return super().get(**variables)
