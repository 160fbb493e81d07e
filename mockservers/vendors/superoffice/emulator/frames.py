"""Time frames of priorities: how many seconds between two instants lie within office hours.

A frame is a mapping with `days` (0 is Monday) and `start` and `end` in minutes of the day, or None for round the clock. Knows
no table and no request.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from mockservers.kernel import instants
from mockservers.kernel.instants import SECOND
from mockservers.vendors.superoffice.emulator.time_zones import zone_info

LONGEST_DAYS = 4000
"""Spans of more days are not counted day by day: whole weeks are."""


def worked(start: int, end: int, frame: Mapping[str, Any] | None, zone: str) -> int:
    """The seconds from `start` to `end` that lie within the frame, on the clock of `zone`."""
    if end <= start:
        return 0
    if frame is None:
        return (end - start) // SECOND
    days = tuple(frame["days"])
    first = instants.to_datetime(start, zone_info(zone)).date()
    last = instants.to_datetime(end, zone_info(zone)).date()
    total, day = 0, first
    if (last - first).days > LONGEST_DAYS:
        weeks = (last - first).days // 7 - 1
        total = weeks * len(days) * (frame["end"] - frame["start"]) * 60 * SECOND
        day = first + timedelta(days=7 * weeks)
        start = start + 7 * weeks * instants.DAY
    while day <= last:
        if day.weekday() in days:
            opens, closes = _hours(day, frame["start"], frame["end"], zone)
            total += max(0, min(end, closes) - max(start, opens))
        day += timedelta(days=1)
    # What was not counted day by day cannot make the whole longer than the clock on the wall.
    return min(total, end - start) // SECOND


@lru_cache(maxsize=8192)
def _hours(day: date, start: int, end: int, zone: str) -> tuple[int, int]:
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a wall clock, read in a zone below
    opens = instants.from_wall(midnight + timedelta(minutes=start), zone_info(zone))
    return opens, instants.from_wall(midnight + timedelta(minutes=end), zone_info(zone))
