"""Takes a second call about a ticket for a repetition of the first."""

import json

from mockservers.harness.clients import reference

RULES = ("superoffice.webhook.retry",)


class Client(reference("superoffice", "listener")):
    def reset(self, **given):
        self.seen = set()
        super().reset(**given)

    def called(self, headers, body):
        ticket = json.loads(body)["PrimaryKey"]
        if ticket in self.seen:
            return 200
        self.seen.add(ticket)
        return super().called(headers, body)
