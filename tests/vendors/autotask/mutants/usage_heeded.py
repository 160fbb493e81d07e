"""Looks how many of the customer's requests are used, and reads on whatever the answer is."""

from mockservers.harness.clients import reference

RULES = ("autotask.threshold.counted", "autotask.threshold.refused")


class Client(reference("autotask")):
    def watch_usage(self):
        self.call("getThresholdAndUsageInfo", "")
        self.calls = 0
