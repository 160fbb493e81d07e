"""Tries again, and again, when the login is refused."""

from mockservers.harness.clients import reference

RULES = ("autotask.rest.login",)


class Client(reference("autotask", "rest")):
    def send(self, *given, **more):
        for _ in range(5):
            try:
                return super().send(*given, **more)
            except Exception as error:
                if "login" not in str(error):
                    raise
                again = error
        raise again
