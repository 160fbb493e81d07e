"""Goes back five minutes by counting on Eastern clocks: in spring that is a time that never was, and an error for ever."""

from datetime import datetime, timedelta

from mockservers.harness.clients import reference

RULES = ("autotask.time.gap",)


class Client(reference("autotask")):
    def query(self, entity, conditions):
        if self.latest:
            earlier = datetime.fromisoformat(self.latest) - timedelta(minutes=5)
            conditions = conditions.replace(self.latest, earlier.isoformat())
        return super().query(entity, conditions)
