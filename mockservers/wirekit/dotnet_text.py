"""Values as .NET writes and reads them in texts: numbers, older dates, and values in messages. Knows no vendor."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any

from mockservers.wirekit.json_net import Constructor, Real, Whole


def number_text(value: float) -> str:
    """A number as .NET writes it: `1E+20`, `NaN`, and at most as many digits as it takes to read it back."""
    if isinstance(value, int):
        return str(value)
    if not isfinite(value):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    number = Decimal(repr(value)).normalize()
    exponent = number.adjusted()
    if not value or -5 < exponent < 15:
        return f"{number:f}"
    mantissa = number.scaleb(-exponent)
    return f"{mantissa:f}E{'-' if exponent < 0 else '+'}{abs(exponent):02}"


_DATE = re.compile(r"/Date\((-?[0-9]{1,15})(?:[+-][0-9]{2}(?:[0-9]{2})?)?\)/")


def date_text(text: str) -> str:
    """A date of Microsoft's older form, `/Date(1335205592410)/`, in ISO 8601; any other text as it is.

    An offset in it says how the date is to be shown, and not which it is.
    """
    found = _DATE.fullmatch(text)
    try:
        return text if found is None else (_EPOCH + timedelta(milliseconds=int(found[1]))).isoformat()
    except OverflowError:
        return text


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def literal_text(value: float) -> str:
    """A number or truth value as it stands in the text that it was read from, as far as that is known."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.literal if isinstance(value, Whole | Real) else number_text(value)


def value_text(value: Any, longest: int = 60) -> str:
    """A value as JSON has it, for a message: never in the words of another language."""
    if isinstance(value, str):
        return json.dumps(value[:longest], ensure_ascii=False)
    if isinstance(value, Constructor):
        return f"new {value.name}(...)"[:longest]
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "an array"
    return literal_text(value)[:longest] if isinstance(value, int | float) else json.dumps(value)
