"""Never asks how many of the customer's requests are used."""

from mockservers.harness.clients import reference

RULES = ("autotask.threshold.counted", "autotask.threshold.answer")


class Client(reference("autotask")):
    def watch_usage(self):
        pass
