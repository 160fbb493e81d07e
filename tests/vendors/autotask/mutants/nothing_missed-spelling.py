"""Reads the limit by the words of recorded answers; the help page spells them with another first letter."""

import re

from mockservers.harness.clients import reference

RULES = ("autotask.threshold.answer",)


class Client(reference("autotask")):
    def watch_usage(self):
        message = self.call("getThresholdAndUsageInfo", "").findtext(".//{*}EntityReturnInfo/{*}Message")
        limit = int(re.search("ThresholdOfExternalRequest: ([0-9]+)", message)[1])
        used = int(re.search("numberOfExternalRequest: ([0-9]+)", message)[1])
        if used >= 0.9 * limit:
            raise RuntimeError(f"{used} of {limit} requests are used")
        self.calls = 0
