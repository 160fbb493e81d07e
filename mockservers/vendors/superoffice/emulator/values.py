"""Values of a ticket's properties, given as records show them, in the form of their columns.

Knows no table and no request; raises ValueError with a sentence for what no column holds.
"""

from __future__ import annotations

import re
from typing import Any

from mockservers.kernel import instants
from mockservers.vendors.superoffice.emulator import time_zones
from mockservers.vendors.superoffice.emulator.model import (
    DATES,
    ENUMERATED,
    ENUMS,
    INTEGERS,
    LARGEST_ID,
    LENGTHS,
    TICKET,
)
from mockservers.wirekit.dotnet_text import value_text

_WORD = re.compile(r"[A-Z][A-Za-z0-9]{0,39}")
_HALF = re.compile("[\ud800-\udfff]")
LONGEST = 20_000


def kept_text(name: str, value: Any) -> str:
    """A text that its column holds; raises ValueError."""
    if not isinstance(value, str):
        raise ValueError(f"{name} is text, not {value_text(value)}")
    most = LENGTHS.get(name, LONGEST)
    if len(value) > most:
        raise ValueError(f"{name} has {len(value)} characters; {most} are the most")
    if "\x00" in value or _HALF.search(value):
        raise ValueError(f"{name} holds a NUL or half a character, which databases do not keep in text")
    return value


def kept(name: str, value: Any) -> Any:
    """A stored property's value, given as records show it, in the form of its column; raises ValueError.

    Names of enumerations need not be published ones: releases add some (superoffice.carrier.grows).
    """
    if name in DATES:
        return None if value is None or value == "" else kept_instant(name, value)
    if name in INTEGERS:
        if name == "CustId" and value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not -(2**31) <= value <= LARGEST_ID:
            raise ValueError(f"{name} is a whole number of 32 bits, not {value_text(value)}")
        low, high = TICKET.field(name).more.get("range", (-1 if name in ("CustId", "ConnectId") else 0, LARGEST_ID))
        if not low <= value <= high:
            raise ValueError(f"{name} lies between {low} and {high}, not {value_text(value)}")
        return value
    if name == "HasAttachment":
        if not isinstance(value, bool):
            raise ValueError(f"{name} is true or false, not {value_text(value)}")
        return value
    if name in ENUMERATED:
        if not isinstance(value, str) or not _WORD.fullmatch(value):
            raise ValueError(
                f"{name} is a name such as {', '.join(list(ENUMS[ENUMERATED[name]])[:7])}, not {value_text(value)}"
            )
        return value
    return kept_text(name, value)


def kept_instant(name: str, value: Any) -> int:
    if not isinstance(value, str):
        raise ValueError(f"{name} is an instant such as 2026-03-01T10:00:00Z, or null, not {value_text(value)}")
    instant = whole_second(instants.from_iso(value))
    if not time_zones.EARLIEST <= instant <= time_zones.LATEST:
        raise ValueError(f"{name} lies between 1970 and 9998, not {value_text(value)}")
    return instant


def whole_second(instant: int) -> int:
    """`instant` without a fraction (superoffice.carrier.seconds)."""
    return instant - instant % instants.SECOND
