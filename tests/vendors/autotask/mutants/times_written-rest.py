"""Writes times as Eastern clock time, as one would for the SOAP service."""

from datetime import datetime
from zoneinfo import ZoneInfo

from mockservers.harness.clients import reference

RULES = ("autotask.rest.values",)


class Client(reference("autotask", "rest_writer")):
    def told(self, fields):
        made = super().told(fields)
        if made.get("dueDateTime"):
            moment = datetime.fromisoformat(made["dueDateTime"]).astimezone(ZoneInfo("America/New_York"))
            made["dueDateTime"] = moment.replace(tzinfo=None).isoformat()
        return made
