"""What a sent text means for a field of a given form: numbers, flags, and times in all the forms clients send.

Times become instants by the clock of the service. Knows no table and no operation.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache

from mockservers.kernel import instants
from mockservers.kernel.store import LARGEST, SMALLEST, fits
from mockservers.vendors.autotask.emulator.entities import (
    FRACTIONS,
    LARGEST_DECIMAL,
    SCALE,
    Form,
    in_range,
    stored_time,
)


class Unconvertible(Exception):
    """The text is no value of the field's type. `what` is the type in the vendor's words."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class InGap(Exception):
    """Clocks of the service never show this time (autotask.time.gap)."""


# --- numbers and flags ------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_LONGEST_NUMBER = 60
_FLAGS = {"true": True, "1": True, "-1": True, "false": False, "0": False}


def _decimal(text: str) -> Decimal:
    text = text.strip()
    if len(text) > _LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        raise Unconvertible("numeric")
    return Decimal(text)


def number(form: Form, text: str) -> int | float:
    """A number to be kept; whole ones may be written with zeros after the point. Raises Unconvertible."""
    found = _decimal(text)
    if form in FRACTIONS:
        value = float(found)
        if abs(value) > 1e100:
            raise Unconvertible("numeric")
        return value + 0.0
    if found.adjusted() > 18:
        raise Unconvertible("numeric")
    if form == "decimal":
        if abs(found) > LARGEST_DECIMAL:
            raise Unconvertible("numeric")
        return round(found * SCALE)
    whole = int(found)
    if found != whole or not in_range(form, whole):
        raise Unconvertible("numeric")
    return whole


def compared_double(text: str) -> float:
    """A number to compare doubles with. Raises Unconvertible."""
    found = _decimal(text)
    if found.adjusted() > 300:
        raise Unconvertible("numeric")
    return float(found)


def compared_whole(form: Form, text: str) -> tuple[int, bool]:
    """A number to compare kept whole ones with: its floor, and whether that is all of it. Raises Unconvertible.

    Numbers outside every column come as the nearest one, as not all of it.
    """
    found = _decimal(text)
    if found.adjusted() > 300:
        raise Unconvertible("numeric")
    if found.adjusted() >= 19:
        return (LARGEST, False) if found > 0 else (SMALLEST - 1, False)
    if form == "decimal":
        found *= SCALE
    floor = math.floor(found)
    if not fits(floor):
        return (LARGEST, False) if floor > 0 else (SMALLEST - 1, False)
    return floor, found == floor


def flag(text: str) -> bool:
    """A boolean as word or digit. Raises Unconvertible."""
    try:
        return _FLAGS[text.strip().lower()]
    except KeyError:
        raise Unconvertible("boolean") from None


# --- times ------------------------------------------------------------------------------------------------------------

_TIME = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ](?P<clock>[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?P<fraction>\.[0-9]{1,9})?)?)"
    r" ?(?P<zone>Z|z|[+-][0-9]{1,2}(?::?[0-9]{2})?)?)?"
)
_QUERY_FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?: [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?)?")
_XSD_FORM = re.compile(r"[^T]+T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_AMERICAN = re.compile(
    r"\s*(?P<month>[0-9]{1,2})/(?P<day>[0-9]{1,2})/(?P<year>[0-9]{4})"
    r"(?:\s+(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?(?:\s*(?P<half>[AaPp][Mm]))?)?\s*"
)
_FIRST_YEAR = 1753
"""The first year of the vendor's database."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as it was sent. `wall` is what clocks of the service show then; `marked` says it came with Z or offset.

    `earliest` and `latest` differ in the hour that clocks repeat in autumn.
    """

    wall: datetime
    earliest: int
    latest: int
    marked: bool
    xsd: bool
    """Whether it is written as XML Schema does: one of two forms that a strict service takes."""
    query: bool
    """Whether it is written as in the documentation of queries, with a blank or without a time: the other form."""


def american(text: str) -> str:
    """A time such as `6/5/2013 3:07 PM` in the form of queries; any other text as it is (autotask.query.us_dates)."""
    found = _AMERICAN.fullmatch(text)
    if found is None:
        return text
    hour = int(found["hour"] or 0)
    if found["half"]:
        hour = hour % 12 + 12 * (found["half"].lower() == "pm")
    date = f"{found['year']}-{int(found['month']):02}-{int(found['day']):02}"
    return f"{date} {hour:02}:{found['minute'] or '00'}:{found['second'] or '00'}"


@lru_cache(maxsize=4096)
def moment(text: str, zone: str) -> Moment:
    """Read a time in any of the forms clients send. Raises Unconvertible or InGap."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise Unconvertible("datetime")
    clock = found["clock"] or "00:00"
    fraction = (found["fraction"] or ".0")[1:7]
    try:
        wall = datetime.fromisoformat(f"{found['date']}T{clock.partition('.')[0]}")
        wall = wall.replace(microsecond=int(fraction.ljust(6, "0")))
    except ValueError as error:
        raise Unconvertible("datetime") from error
    mark = found["zone"]
    if wall.year < _FIRST_YEAR:
        raise Unconvertible("datetime")
    tz = instants.zone(zone)
    if mark is None:
        earliest, latest = _readings(wall, zone)
    else:
        earliest = latest = _marked(wall, mark)
        wall = instants.to_datetime(earliest, tz).replace(tzinfo=None)
    xsd, query = (form.fullmatch(text.strip()) is not None for form in (_XSD_FORM, _QUERY_FORM))
    return Moment(wall, stored_time(earliest), stored_time(latest), mark is not None, xsd, query)


def _readings(wall: datetime, zone: str) -> tuple[int, int]:
    tz = instants.zone(zone)
    earliest, latest = instants.from_wall(wall, tz), instants.from_wall(wall, tz, later=True)
    if instants.to_datetime(earliest, tz).replace(tzinfo=None) != wall:
        if wall.year > 9998:  # the last hours of the calendar cannot be told in UTC
            raise Unconvertible("datetime")
        raise InGap
    if latest > instants.LATEST - instants.SECOND:
        raise Unconvertible("datetime")
    return earliest, latest


def _marked(wall: datetime, mark: str) -> int:
    offset = 0
    if mark not in "Zz":
        digits = mark[1:].replace(":", "")
        hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
        offset = (hours * 60 + minutes) * (-1 if mark[0] == "-" else 1)
    if abs(offset) > 14 * 60:
        raise Unconvertible("datetime")
    try:
        instant = instants.from_datetime(wall.replace(tzinfo=timezone(timedelta(minutes=offset))))
    except OverflowError as error:
        raise Unconvertible("datetime") from error
    if not instants.EARLIEST <= instant <= instants.LATEST - instants.DAY:
        raise Unconvertible("datetime")
    return instant


def naive(wall: datetime) -> int:
    """A wall clock as if it were UTC: how dates that belong to no zone are kept and compared."""
    return instants.from_wall(wall, instants.zone("UTC"))


def day(wall: datetime, zone: str) -> tuple[int, int]:
    """Where the calendar day of `wall` begins in `zone`, and where the next one does."""
    tz = instants.zone(zone)
    start = wall.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        after = start + timedelta(days=1)
    except OverflowError:
        return instants.from_wall(start, tz), instants.LATEST
    return instants.from_wall(start, tz), instants.from_wall(after, tz)
