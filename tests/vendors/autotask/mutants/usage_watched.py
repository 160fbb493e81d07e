"""Never asks how many of the customer's requests are used."""

from mockservers.harness.clients import reference


class Client(reference("autotask")):
    def watch_usage(self):
        pass
