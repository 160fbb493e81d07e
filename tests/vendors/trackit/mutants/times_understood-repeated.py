"""Keeps times as clocks in New York show them: the hour that they repeat comes back as its first time."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from mockservers.harness.clients import reference

RULES = ("trackit.wire.timestamp",)
OFFICE = ZoneInfo("America/New_York")


class Client(reference("trackit")):
    def read(self, number):
        ticket = super().read(number)
        for name in ("2", "12", "81", "100") if ticket else ():
            if name in ticket:
                shown = datetime.fromisoformat(ticket[name]).astimezone(OFFICE).replace(tzinfo=None, fold=0)
                ticket[name] = shown.replace(tzinfo=OFFICE).astimezone(UTC).isoformat()
        return ticket
