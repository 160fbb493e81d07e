"""Does not look at ReturnCode: an answer with an error in it has no entities, so there seem to be no tickets."""

from mockservers.harness.clients import reference

RULES = ("autotask.wire.return_code",)


class Client(reference("autotask", "sweeper")):
    def query(self, entity, conditions):
        try:
            return super().query(entity, conditions)
        except Exception as error:
            if getattr(error, "kind", "") != "refused":
                raise
            return []
