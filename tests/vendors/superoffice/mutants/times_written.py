"""Writes Norwegian clock time in a call whose times are in UTC."""

from datetime import datetime
from zoneinfo import ZoneInfo

from mockservers.harness.clients import reference

RULES = ("superoffice.time.header",)


class Client(reference("superoffice", "writer")):
    def update(self, record, fields):
        super().update(record, local(fields))

    def create(self, key, fields):
        return super().create(key, local(fields))


def local(fields):
    if not fields.get("Deadline"):
        return fields
    wall = datetime.fromisoformat(fields["Deadline"]).astimezone(ZoneInfo("Europe/Oslo")).replace(tzinfo=None)
    return {**fields, "Deadline": f"{wall.isoformat()}+00:00"}
