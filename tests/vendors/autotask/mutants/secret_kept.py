"""Prints what it sends, for debugging."""

from mockservers.harness.clients import reference

RULES = ("autotask.user.login", "autotask.tracking.required")


class Client(reference("autotask")):
    def post(self, address, operation, body):
        print(f"{operation} as {self.login} with {self.code}")
        return super().post(address, operation, body)
