"""Takes times of the hour that clocks repeat for those of its second run, and so asks from an hour too late on."""

from datetime import datetime

from mockservers.harness.clients import reference

RULES = ("autotask.time.eastern",)


class Client(reference("autotask")):
    def query(self, entity, conditions):
        if self.latest:
            moment = datetime.fromisoformat(self.latest).replace(tzinfo=self.zone, fold=1)
            conditions = conditions.replace(self.latest, moment.isoformat())
        return super().query(entity, conditions)
