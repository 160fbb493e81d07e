"""Asks again at once whenever no answer came, until one does."""

from mockservers.harness.clients import reference

RULES = ("autotask.framework.failure", "autotask.threshold.counted")


class Client(reference("autotask")):
    def post(self, *given):
        for _ in range(50):
            try:
                return super().post(*given)
            except Exception as error:
                if getattr(error, "kind", "") != "transport":
                    raise
                again = error
        raise again
