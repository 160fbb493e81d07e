"""Time zones by the vendor's codes, and how instants are written and read in them.

Knows no request and no table: the header is text here, and an unset instant is None.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from mockservers.kernel import instants
from mockservers.kernel.instants import SECOND
from mockservers.vendors.superoffice.dialects import ZONES, find_zone
from mockservers.wirekit.dotnet_text import value_text

WITH_OFFSET = "includetzoffset"
EARLIEST = 0
"""Older instants are not kept: offsets had seconds then, and the vendor did not exist."""
LATEST = 253_370_764_800 * SECOND - SECOND
"""The last second of the year 9998, so that no zone leaves the calendar."""

_UNSET_NAIVE = "0001-01-01T00:00:00"


@lru_cache(maxsize=64)
def zone_info(code: str) -> ZoneInfo:
    return instants.zone(ZONES[code][1])


@dataclass(frozen=True, slots=True)
class Header:
    """What SO-TimeZone asks for: a zone's code, whether offsets are wanted, and what was not understood."""

    code: str | None = None
    offset: bool = False
    unknown: str = ""


@lru_cache(maxsize=256)
def header(text: str) -> Header:
    """Read the header: zone and flag joined by a comma, in any case, with or without blanks (superoffice.time.header)."""
    code, offset, unknown = None, False, ""
    for part in (each.strip() for each in text.split(",")):
        if part.lower() == WITH_OFFSET:
            offset = True
        elif part and find_zone(part) is None:
            unknown = unknown or part
        elif part:
            code = code or find_zone(part)
    return Header(code, offset, unknown)


@dataclass(frozen=True, slots=True)
class TimeFormat:
    """How the instants of one answer are written: the zone, and whether with its offset."""

    code: str
    marked: bool

    @property
    def unset(self) -> str:
        """The text of no instant: the first one there is, moved by the zone's standard offset where that is marked.

        superoffice.carrier.unset_dates
        """
        return _unset(self.code) if self.marked else _UNSET_NAIVE

    def write(self, instant: int | None) -> str:
        return self.unset if instant is None else _written(instant, self.code, self.marked)

    def read(self, text: str) -> int | None:
        """The instant of a text: in its own offset, else in this zone. None for the year 1.

        Raises ValueError for what is no time, or lies outside the years that are kept.
        """
        moment = parsed(text)
        if moment.year <= 1:
            return None
        instant = _of(moment, self.code)
        if not EARLIEST <= instant <= LATEST:
            raise ValueError("a time lies between the years 1970 and 9998")
        return instant - instant % SECOND


def _of(moment: datetime, code: str) -> int:
    if moment.tzinfo is None:
        return instants.from_wall(moment, zone_info(code))
    return instants.from_datetime(moment)


_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,7})?)?)?(?:Z|[+-]\d\d:?\d\d)?", re.ASCII)


def parsed(text: str) -> datetime:
    """A time as .NET writes it; raises ValueError for anything else."""
    text = text.strip()
    if not _TIME.fullmatch(text):
        raise ValueError(f"{value_text(text[:40])} is not a time such as 2024-11-20T14:15:00")
    return datetime.fromisoformat(re.sub(r"(\.\d{6})\d", r"\1", text))


@lru_cache(maxsize=64)
def _unset(code: str) -> str:
    if code == "UTC":
        return _UNSET_NAIVE + "Z"
    winter = datetime(2024, 1, 1, tzinfo=UTC).astimezone(zone_info(code))
    standard = (winter.utcoffset() or timedelta()) - (winter.dst() or timedelta())
    # Nothing lies before the year 1: west of Greenwich the clock cannot show an earlier time.
    shown = datetime(1, 1, 1) + max(standard, timedelta())  # noqa: DTZ001 - a wall clock
    return shown.isoformat() + _offset(standard)


def _offset(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=65536)
def _written(instant: int, code: str, marked: bool) -> str:
    moment = _EPOCH + timedelta(seconds=instant // SECOND)
    if code != "UTC":
        moment = moment.astimezone(zone_info(code))
    text = moment.isoformat()  # with a colon in the offset: superoffice.time.offset_colon
    if not marked:
        return text[:19]
    return text[:19] + "Z" if code == "UTC" else text
