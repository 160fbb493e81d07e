"""Instants: whole microseconds since 1970 in UTC, the only form of time inside the kernel and the stores.

Wires and semantics convert to a vendor's notation at the edge. This module knows no vendor and reads no clock.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

EARLIEST = -62_135_596_800 * SECOND
"""0001-01-01T00:00:00Z, the first instant a `datetime` can hold."""

LATEST = 253_402_300_799 * SECOND + 999_999
"""9999-12-31T23:59:59.999999Z, the last one."""


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The IANA time zone `name`; raises ValueError for a name the zone database does not hold."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not a time zone of the IANA database (an example: America/New_York)") from error


def to_datetime(instant: int, tz: tzinfo = UTC) -> datetime:
    """`instant` as an aware datetime in `tz`. Near year 1 and 9999 a shift out of range stays at the edge."""
    moment = _EPOCH + timedelta(microseconds=instant)
    try:
        return moment.astimezone(tz)
    except OverflowError:
        return moment.replace(tzinfo=tz)


def from_datetime(moment: datetime) -> int:
    """The instant of an aware datetime; a naive one is refused, since guessing a zone hides bugs."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone; attach one before asking for its instant")
    return (moment - _EPOCH) // _MICROSECOND


def from_wall(wall: datetime, tz: tzinfo, *, later: bool = False) -> int:
    """The instant at which clocks in `tz` show the naive time `wall`.

    In a repeated hour the earlier reading is taken, or the later one when `later`. In a skipped hour the reading
    moves forward by the size of the gap.
    """
    moment = wall.replace(tzinfo=tz, fold=1 if later else 0)
    there = _EPOCH.tzinfo
    try:
        if moment.astimezone(there).astimezone(tz).replace(tzinfo=None) != wall:
            # Inside a gap `fold=0` uses the offset before the change, which lands after it: forward, as promised.
            moment = wall.replace(tzinfo=tz, fold=0)
        return from_datetime(moment.astimezone(there))
    except OverflowError:
        return from_datetime(wall.replace(tzinfo=there))


def from_iso(text: str) -> int:
    """The instant written as ISO 8601 with `Z` or an offset; raises ValueError for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is not an ISO 8601 time (an example: 2026-03-01T10:00:00Z)") from error
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no offset; end it with Z for UTC, or with one such as +01:00")
    instant = from_datetime(moment)
    if not EARLIEST <= instant <= LATEST:
        raise ValueError(f"{text!r} lies outside the years 1 to 9999 in UTC")
    return instant


@lru_cache(maxsize=16384)  # the truth of a record tells its whole past again at each change
def to_iso(instant: int) -> str:
    """`instant` as ISO 8601 in UTC ending in Z, with a fraction only where there is one."""
    return to_datetime(instant).isoformat().replace("+00:00", "Z")


_UNITS = {"us": 1, "ms": 1000, "s": SECOND, "m": MINUTE, "min": MINUTE, "h": HOUR, "d": DAY}


def duration(text: str | int | float) -> int:
    """A length of time in microseconds: a number of seconds, or text such as `90s`, `5m`, `1.5h`, `2d`."""
    if isinstance(text, bool) or not isinstance(text, (str, int, float)):
        raise ValueError(f"{text!r} is not a length of time")
    if isinstance(text, (int, float)):
        try:
            return _scaled(float(text), SECOND, str(text))
        except OverflowError as error:
            raise ValueError("this length of time is longer than calendars reach") from error
    stripped = text.strip().replace(" ", "")
    digits = stripped.rstrip("abcdefghijklmnopqrstuvwxyz")
    unit = stripped[len(digits) :] or "s"
    try:
        return _scaled(float(digits), _UNITS[unit], text)
    except (KeyError, ValueError, OverflowError) as error:
        raise ValueError(f"{text!r} is not a length of time (examples: 90s, 5m, 1.5h, 2d)") from error


def _scaled(number: float, unit: int, text: str) -> int:
    if not abs(number) * unit < LATEST:
        raise ValueError(f"{text!r} is longer than calendars reach")
    return round(number * unit)
