"""Whatever the vendor says no to is tried again at once, the threshold included."""

from mockservers.harness.clients import reference

RULES = ("autotask.rest.limited",)


class Client(reference("autotask", "rest")):
    def call(self, verb, path, body=None):
        for _ in range(4):
            try:
                return super().call(verb, path, body)
            except Exception as error:
                again = error
        raise again
