"""Times in the vendor's notation: reading a window of a filter, and writing the times inside Details.

Knows the notation and the customer's zone; nothing of tickets or calls.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache

from mockservers.kernel import instants
from mockservers.kernel.instants import MINUTE, SECOND

_STRICT = re.compile(r"(\d{4})/(\d\d)/(\d\d) (\d\d):(\d\d)-(\d{4})/(\d\d)/(\d\d) (\d\d):(\d\d)", re.ASCII)
_END = r"(\d{4})([-./])(\d\d)\%s(\d\d) (\d\d):(\d\d)(?::(\d\d))?"
_LENIENT = re.compile(f"{_END % 2}-{_END % 9}", re.ASCII)
_MIXED = re.compile(r"(\d{4})[-/](\d\d)[-/](\d\d) (\d\d):(\d\d)-(\d{4})/(\d\d)/(\d\d) (\d\d):(\d\d)", re.ASCII)
"""The placeholder is garbled before the hyphen alone: hyphens may have stood there, and slashes after it."""


class Unreadable(Exception):
    """The text is no window; the message says why, for the vendor's error text."""


class Reversed(Unreadable):
    """The window starts after its end."""


def hyphenated(text: str) -> bool:
    """Whether a window's start is written with hyphens, and its end with slashes."""
    return _STRICT.fullmatch(text) is None and _MIXED.fullmatch(text) is not None


def read(text: str, zone: str, bounds: str, lenient: bool, mixed: bool = False) -> tuple[int, int]:
    """The first and the last instant inside the window, before comparing them; raises Unreadable.

    `bounds` says how much of the end belongs to it: the exact minute, all of it, or nothing (querydata.window.bounds).
    `mixed` lets the start be written with hyphens (querydata.window.start_notation).
    """
    if "?" in text:
        raise Unreadable("holds a '?', as the printed placeholder does; write YYYY/MM/DD HH:MM-YYYY/MM/DD HH:MM")
    found = (_LENIENT if lenient else _MIXED if mixed else _STRICT).fullmatch(text)
    if found is None:
        raise Unreadable("is not of the form YYYY/MM/DD HH:MM-YYYY/MM/DD HH:MM")
    parts = found.groups()
    if lenient:
        start, end = (parts[0], *parts[2:7]), (parts[7], *parts[9:14])
    else:
        start, end = (*parts[:5], None), (*parts[5:], None)
    unit = MINUTE if end[5] is None else SECOND
    try:
        first, last = _wall(start), _wall(end)
    except ValueError as error:
        raise Unreadable("names a day or time that does not exist") from error
    tz = instants.zone(zone)
    low, high = instants.from_wall(first, tz), instants.from_wall(last, tz, later=True)
    # On the wall 01:58-01:03 is five minutes of a repeated hour; 02:30-03:00 of a skipped one holds nothing but its end.
    if low > high and first > last:  # querydata.window.reversed
        raise Reversed("starts after its end")
    low = min(low, high)
    if bounds == "whole_minute":
        high += unit - 1
    elif bounds == "end_exclusive":
        high -= 1
    return low, high


def _wall(parts: Sequence[str | None]) -> datetime:
    """What a clock on the wall shows: year, month, day, hour, minute, and second or nothing."""
    year, month, day, hour, minute, second = (int(part or 0) for part in parts)
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the zone comes later


@lru_cache(maxsize=16)
def writer(zone: str, form: str) -> Callable[[int], str]:
    """How instants are written inside Details: `page` with slashes and a blank, `iso` with hyphens and a T; no zone.

    That is querydata.details.times.
    """
    tz = instants.zone(zone)
    day, gap = ("/", " ") if form == "page" else ("-", "T")

    @lru_cache(maxsize=16_384)
    def write(instant: int) -> str:
        at = instants.to_datetime(instant, tz)
        return f"{at.year:04}{day}{at.month:02}{day}{at.day:02}{gap}{at.hour:02}:{at.minute:02}:{at.second:02}"

    return write
