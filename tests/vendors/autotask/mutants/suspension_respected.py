"""Whatever the vendor says no to is tried again at once, the threshold included."""

from mockservers.harness.clients import reference

RULES = ("autotask.threshold.refused",)


class Client(reference("autotask")):
    def call(self, operation, body):
        for _ in range(4):
            try:
                return super().call(operation, body)
            except Exception as error:
                again = error
        raise again
