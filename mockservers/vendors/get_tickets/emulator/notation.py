"""How get_tickets writes dates and numbers, and how it reads them: text of the server's culture, in its local time.

Knows no variable, no table and no format of the answer.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache

from mockservers.kernel import instants
from mockservers.kernel.store import fits

_DATE = re.compile(
    r"(?P<a>[0-9]{1,2})/(?P<b>[0-9]{1,2})/(?P<year>[0-9]{4})"
    r"(?: +(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{1,2})(?::(?P<second>[0-9]{1,2}))?(?: *(?P<half>[AaPp][Mm]))?)?"
)
_NUMBER = re.compile(r"[+-]?[0-9]{1,19}")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*", re.DOTALL)


def number(text: str) -> int | None:
    """The whole number that `text` is, blanks around it aside; None when it is none, or one no column holds."""
    stripped = text.strip(" ")
    if not _NUMBER.fullmatch(stripped):
        return None
    value = int(stripped)
    return value if fits(value) else None


@lru_cache(maxsize=65536)
def written(instant: int, zone: str, culture: str) -> str:
    """`instant` as the server writes it (get_tickets.date.output)."""
    at = instants.to_datetime(instant, instants.zone(zone))
    if culture == "day_first":
        return f"{at.day:02}/{at.month:02}/{at.year:04} {at.hour:02}:{at.minute:02}:{at.second:02}"
    return f"{at.month}/{at.day}/{at.year:04} {at.hour % 12 or 12}:{at.minute:02}:{at.second:02} {'AM' if at.hour < 12 else 'PM'}"


def wall(text: str, culture: str) -> datetime | None:
    """The local time that `text` writes in the server's notation; None when it is none (get_tickets.date.input)."""
    found = _DATE.fullmatch(text.strip(" "))
    if found is None:
        return None
    month, day = int(found["a"]), int(found["b"])
    if culture == "day_first":
        month, day = day, month
    hour = int(found["hour"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found["half"].lower() == "pm" else 0)
    try:
        return datetime(int(found["year"]), month, day, hour, int(found["minute"] or 0), int(found["second"] or 0))  # noqa: DTZ001 - local time of the server
    except ValueError:
        return None


def iso(text: str, zone: tzinfo) -> datetime | None:
    """The server's local time that ISO 8601 text means, with or without an offset; None when it is none."""
    if not _ISO.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+") if re.search(r":\d\d \d\d:", text) else text)
        return (
            moment.replace(microsecond=0)
            if moment.tzinfo is None
            else moment.astimezone(zone).replace(tzinfo=None, microsecond=0)
        )
    except (ValueError, OverflowError):
        return None


def day(local: datetime, zone: tzinfo) -> tuple[int, int]:
    """The first instant of the calendar day of `local`, and the first of the next."""
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    start = instants.from_wall(midnight, zone)
    try:
        return start, instants.from_wall(midnight + timedelta(days=1), zone)
    except OverflowError:
        return start, instants.LATEST
