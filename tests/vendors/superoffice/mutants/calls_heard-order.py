"""Takes a call that is older than the latest one for something that it has heard already."""

import json

from mockservers.harness.clients import reference

RULES = ("superoffice.webhook.cycle",)


class Client(reference("superoffice", "listener")):
    def reset(self, **given):
        self.newest = ""
        super().reset(**given)

    def called(self, headers, body):
        at = json.loads(body)["Timestamp"]
        if at < self.newest:
            return 200
        self.newest = at
        return super().called(headers, body)
