"""Follows the date of the last change of the ticket itself, which a note or a time entry does not move."""

from mockservers.harness.clients import reference

RULES = ("autotask.activity.moves",)


class Client(reference("autotask")):
    def query(self, entity, conditions):
        return super().query(entity, conditions.replace("LastActivityDate", "LastTrackedModificationDateTime"))
