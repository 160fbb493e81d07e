"""Takes any refusal for a ticket that is not there."""

from mockservers.harness.clients import reference

RULES = ("trackit.permission.denied", "trackit.access.bearer")


class Client(reference("trackit")):
    def get(self, path):
        try:
            return super().get(path)
        except Exception as error:
            if getattr(error, "kind", "") == "refused" and error.status != 400:
                return None
            raise
