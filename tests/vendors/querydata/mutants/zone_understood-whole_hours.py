"""The tenant's clocks are thought to differ by whole hours from those of Greenwich."""

from datetime import datetime, timedelta

from mockservers.harness.clients import reference

RULES = ("querydata.window.zone", "querydata.details.times")


class Client(reference("querydata")):
    def value(self, name, value):
        value = super().value(name, value)
        if name in ("CreateDate", "LastActionDateTime") and value is not None:
            moment = datetime.fromisoformat(value)
            value = (moment + moment.astimezone(self.zone).utcoffset() % timedelta(hours=1)).isoformat()
        return value
