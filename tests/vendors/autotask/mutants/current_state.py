"""Asks for what was created since, and so never hears of a change."""

from mockservers.harness.clients import reference

RULES = ("autotask.activity.fields",)


class Client(reference("autotask")):
    def query(self, entity, conditions):
        return super().query(entity, conditions.replace("LastActivityDate", "CreateDate"))
