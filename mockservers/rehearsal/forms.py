"""Forms of values: how one is taken, told in words for the sentence that refuses it, and told in a JSON Schema."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic_core import PydanticCustomError, core_schema

from mockservers.harness.scenarios import span
from mockservers.kernel import instants


def refuse(says: str) -> PydanticCustomError:
    return PydanticCustomError("form", "{says}", {"says": says})


@dataclass(frozen=True, eq=False)
class Form:
    """What a value must be: how it is taken, told in words, and in a schema."""

    says: str
    take: Callable[[Any], Any]
    schema: Mapping[str, Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        return core_schema.no_info_plain_validator_function(self._taken)

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        return {**self.schema, "description": self.says}

    def _taken(self, value: Any) -> Any:
        try:
            return self.take(value)
        except PydanticCustomError:
            raise
        except (ValueError, TypeError, OverflowError) as error:
            raise refuse(self.says) from error


def number(low: float, high: float, says: str, *, whole: bool = False, above: bool = False) -> Form:
    """A number within bounds; `above` leaves the lower bound itself out."""

    def take(value: Any) -> float:
        good = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        if not good or (whole and value != int(value)) or not (low < value if above else low <= value) or value > high:
            raise ValueError(value)
        return int(value) if whole else float(value)

    lower = "exclusiveMinimum" if above else "minimum"
    return Form(says, take, {"type": "integer" if whole else "number", lower: low, "maximum": high})


def length(low: int, high: int) -> Form:
    says = f"a length of time from {span(low) if low else '0s'} to {span(high)}, such as 90s, 5m, 1.5h or 2d"

    def take(value: Any) -> int:
        length = instants.duration(value)
        if not low <= length <= high:
            raise ValueError(value)
        return length

    return Form(says, take, {"type": ["string", "number"]})


def _zone(value: Any) -> str:
    instants.zone(value)
    return str(value)


def _clock(value: Any) -> int:
    """Microseconds since midnight, of text such as 07:30. YAML reads that without quotes as a number of minutes."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 24 * 60:
        return value * instants.MINUTE
    hours, _, minutes = value.partition(":") if isinstance(value, str) else ("", "", "")
    if not (hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2 and int(hours) < 24 and int(minutes) < 60):
        raise ValueError(value)
    return int(hours) * instants.HOUR + int(minutes) * instants.MINUTE


def _holiday(value: Any) -> str:
    """A date of one year, `2026-04-03`, or of every year, `12-25`."""
    text: str = value.isoformat() if isinstance(value, date) else value
    date.fromisoformat(text if len(text) > 5 else f"2028-{text}")
    return text


def _start(value: Any) -> int:
    # YAML reads a time without quotes as a datetime.
    return instants.from_datetime(value) if isinstance(value, datetime) else instants.from_iso(value)


def _objective(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise TypeError(value)
    return str(value)


def _weights(value: Any) -> tuple[float, ...]:
    if not isinstance(value, (list, tuple)):
        raise TypeError(value)
    wrong = [
        each for each in value if isinstance(each, bool) or not isinstance(each, (int, float)) or not 0 <= each <= 1e6
    ]
    why = f"got {len(value)} of them" if len(value) != 24 else f"got {wrong[0]!r} among them" if wrong else ""
    if why or not sum(value) > 0:
        raise PydanticCustomError("curve", "{says}", {"says": f"{HOURS.says}; {why or 'got nothing above 0'}"})
    return tuple(map(float, value))


HOURS = Form(
    "a list of 24 weights of 0 or more, one an hour from midnight on, at least one of them above 0",
    _weights,
    {"type": "array", "items": {"type": "number", "minimum": 0}, "minItems": 24, "maxItems": 24},
)
CLOCK = Form(
    "a time of the day from 00:00 to 23:59, such as 07:30",
    _clock,
    {"type": "string", "pattern": "^[0-2]?[0-9]:[0-5][0-9]$"},
)
DATE = Form(
    "a date, such as 2026-04-03, or a day of every year, such as '12-25'",
    _holiday,
    {"type": "string", "pattern": "^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$"},
)
INSTANT = Form("an ISO 8601 time with Z or an offset, such as 2026-03-02T00:00:00Z", _start, {"type": "string"})
ZONE = Form("a time zone of the IANA database, such as Europe/Berlin or America/New_York", _zone, {"type": "string"})
BOUND = Form("a bound, such as 10m, 50% or 0", _objective, {"type": ["string", "number"]})
