"""Does not look at ReturnCode after an update: status 200 is taken for success."""

from mockservers.harness.clients import reference

RULES = ("autotask.wire.return_code",)


class Client(reference("autotask", "writer")):
    def update(self, record, fields):
        try:
            super().update(record, fields)
        except Exception as error:
            if getattr(error, "kind", "") != "refused":
                raise
