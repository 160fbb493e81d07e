"""Does not look at what an update answered: whoever sent it thinks that it is done."""

from mockservers.harness.clients import reference

RULES = ("autotask.rest.errors",)


class Client(reference("autotask", "rest_writer")):
    def update(self, record, fields):
        try:
            super().update(record, fields)
        except Exception as error:
            if getattr(error, "kind", "") != "refused":
                raise
