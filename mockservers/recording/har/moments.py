"""When an entry of a HAR file was: times of any offset are one line, and what has no time keeps its place among the others."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from mockservers.kernel import instants

_LATEST = instants.from_iso("9000-01-01T00:00:00Z")
_LONGEST = 10 * instants.DAY
_NUMBER = re.compile(r"\s*[0-9]{9,16}(?:\.[0-9]+)?\s*")


def moment(value: Any) -> int | None:
    """An instant; None for what is no time. A time without an offset is one of UTC, a number one since 1970."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _since_1970(value)
    if not isinstance(value, str):
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(value.strip())
            found = found.replace(tzinfo=UTC) if found.tzinfo is None else found
            return _possible(instants.from_datetime(found))
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    return None


def _since_1970(value: float) -> int | None:
    """Seconds, or thousandths or millionths of them: which, its size tells."""
    if not 1e8 <= value < 1e17:
        return None
    scale = instants.SECOND if value < 1e11 else 1000 if value < 1e14 else 1
    return _possible(round(value * scale))


def _possible(instant: int) -> int | None:
    """No instant where an exporter that knew none wrote the year 1, or the very beginning of 1970."""
    return instant if 0 < instant <= _LATEST else None


def took(entry: Mapping[str, Any]) -> int:
    """How long a call took; the sum of its parts where the whole is not told."""
    whole = _milliseconds(entry.get("time"))
    if whole is None:
        timings = entry.get("timings")
        parts = timings.items() if isinstance(timings, Mapping) else ()
        whole = sum(_milliseconds(value) or 0 for name, value in parts if name not in ("ssl", "comment"))
    return min(round(whole * 1000), _LONGEST)


def _milliseconds(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf:
        return None
    return min(float(value), _LONGEST / 1000) if value < 1e300 else _LONGEST / 1000


def in_order(known: Sequence[int | None], otherwise: int) -> list[int]:
    """The instant of each of a row: an unknown one is that of its neighbour before it, or else after it."""
    found: list[int] = []
    last = next((each for each in known if each is not None), otherwise)
    for each in known:
        last = last if each is None else each
        found.append(last)
    return found
