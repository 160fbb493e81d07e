"""The fields of tickets and notes by number: from where each takes its value, and what a client may send for it.

A ticket keeps its own fields and its links; display fields show an attribute of the linked record. Knows no table and
no wire.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from mockservers.kernel import catalogue, instants
from mockservers.wirekit.aspnet import whole_characters
from mockservers.wirekit.dotnet_text import date_text, number_text

CATALOGUE = catalogue.load("trackit")
MODULE = 24
"""The number of the module of tickets, as the vendor's example has it."""
SEARCHED = 1
"""The number that a published client gives that module in a search (trackit.search.module)."""

SMALLEST, LARGEST = -(2**31), 2**31 - 1
PARTS = 10_000
"""Decimals are kept as whole ten-thousandths, like money in SQL Server."""
LONGEST = 1_000_000
"""Characters that a text may have; no limit is documented, and a request holds few more."""

DISPLAYS: Mapping[int, tuple[str, str]] = {
    **{
        n: ("requestor", a)
        for n, a in {
            36: "id",
            37: "first",
            38: "last",
            39: "phone",
            40: "extension",
            43: "title",
            114: "email",
            149: "name",
        }.items()
    },
    **{
        n: ("technician", a)
        for n, a in {
            34: "group",
            67: "login",
            68: "first",
            69: "last",
            70: "phone",
            71: "extension",
            157: "name",
        }.items()
    },
    72: ("category", "name"),
    164: ("category", "path"),
    49: ("location", "name"),
    53: ("location", "contact"),
    65: ("department", "name"),
    66: ("opener", "login"),
    124: ("opener", "group"),
    128: ("opener", "first"),
    129: ("opener", "last"),
    177: ("opener", "name"),
    48: ("closer", "login"),
    125: ("closer", "group"),
    130: ("closer", "first"),
    131: ("closer", "last"),
    91: ("sla", "name"),
    92: ("sla", "description"),
    96: ("status", "name"),
    97: ("status", "description"),
    107: ("priority", "name"),
    142: ("priority", "duration"),
    151: ("responder", "login"),
    152: ("responder", "first"),
    153: ("responder", "last"),
    161: ("escalation", "name"),
    162: ("escalation", "email"),
    171: ("escalation", "login"),
    179: ("purchase", "number"),
    180: ("purchase", "ordered"),
    181: ("purchase", "required"),
    182: ("purchase", "closed"),
    183: ("purchase", "cost"),
    184: ("purchase", "status"),
    **{115 + n: (f"lookup{n}", "name") for n in range(1, 9)},
    141: ("change", "id"),
    172: ("change", "summary"),
    174: ("change", "status"),
    176: ("change", "type"),
    145: ("template", "name"),
    158: ("solution", "id"),
    159: ("solution", "summary"),
    166: ("asset", "id"),
    167: ("asset", "bcm"),
    168: ("asset", "name"),
    169: ("asset", "audited"),
    170: ("asset", "serial"),
}
"""Display fields: the link they follow, and the attribute of the linked record they show."""

KEYS: Mapping[int, str] = {
    4: "group",
    8: "requestor",
    10: "technician",
    11: "category",
    14: "location",
    15: "department",
    16: "opener",
    17: "closer",
    75: "sla",
    95: "status",
    106: "priority",
    150: "responder",
    160: "escalation",
    178: "purchase",
}
"""Fields that hold the number of the linked record."""

LINKS: tuple[str, ...] = tuple(dict.fromkeys([*KEYS.values(), *(link for link, _ in DISPLAYS.values())]))
"""Every link of a ticket; some have no field for the number."""

_MODULES = dict.fromkeys(("opener", "closer", "responder", "escalation"), "technician")
MODULES: Mapping[str, str] = {link: _MODULES.get(link, link) for link in LINKS}
"""The module that a link leads to."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `form` is integer, text, boolean, datetime or decimal; `link` is set for keys and display fields."""

    number: int
    label: str
    form: str
    writable: bool
    link: str | None = None
    attribute: str | None = None

    @property
    def column(self) -> str:
        """Where a ticket keeps it; display fields are kept nowhere."""
        return f"f{self.number}" if self.link is None else f"l_{self.link}"


def _fields(entity: str) -> dict[int, Field]:
    found = {}
    for each in CATALOGUE[entity].fields:
        number = each.more["sequence"]
        link, attribute = None, None
        if entity in ("ticket", "assignment"):  # their numbers are the same where both have a field
            link, attribute = DISPLAYS.get(number, (KEYS.get(number), None))
        # 78 fields of a ticket can be written (trackit.write.updatable).
        found[number] = Field(number, each.name, each.type, not each.read_only, link, attribute)
    return dict(sorted(found.items()))


TICKET: Mapping[int, Field] = _fields("ticket")
NOTE: Mapping[int, Field] = _fields("note")
ATTACHMENT: Mapping[int, Field] = _fields("attachment")
ASSIGNMENT: Mapping[int, Field] = _fields("assignment")
ASSIGNMENT_NOTE: Mapping[int, Field] = _fields("assignment_note")
SOLUTION: Mapping[int, Field] = _fields("solution")
TEMPLATE: Mapping[int, Field] = _fields("template")
SAMPLED = frozenset({1, 2, 3, 4})
"""The fields of an assignment that the vendor's page shows; the others are assumed (trackit.field.assignment)."""
LISTED = frozenset({1, 6, 7, 14})
"""The fields of an attachment in a list: all but its content."""
OWN: tuple[Field, ...] = tuple(each for each in TICKET.values() if each.link is None)

assert {each.number for each in TICKET.values() if each.link and each.attribute is None} == set(KEYS)
assert set(DISPLAYS) <= set(TICKET)


# --- times ------------------------------------------------------------------------------------------------------------

EARLIEST, LATEST = instants.from_iso("1753-01-01T00:00:00Z"), instants.from_iso("9999-12-31T23:59:59Z")
"""What SQL Server's datetime holds."""


def grid(instant: int) -> int:
    """`instant` as SQL Server keeps it: the nearest of 300 steps a second, shown in milliseconds (trackit.wire.timestamp)."""
    ticks = (instant * 3 + 5000) // 10_000
    return min((ticks * 20 + 3) // 6 * 1000, LATEST)


def time_text(instant: int) -> str:
    """`2019-01-21T09:12:06.1730000Z`."""
    moment = instants.to_datetime(instant)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{instant % instants.SECOND:06d}0Z".rjust(28, "0")


# --- what is sent -----------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"\s*[+-]?\d{1,12}\s*", re.ASCII)
_FRACTION = re.compile(r"(\.\d{6})\d+")


def _integer(value: Any) -> int:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not SMALLEST <= value <= LARGEST:
        raise ValueError("a whole number of 32 bits")
    return value


def _decimal(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)) or len(str(value)) > 40:
        raise ValueError("a number")
    try:
        parts = Decimal(str(value)) * PARTS
        if not parts.is_finite() or abs(parts) >= 2**62:
            raise ValueError("a number that money can be")
        return int(parts.to_integral_value())
    except (InvalidOperation, OverflowError) as error:
        raise ValueError("a number") from error


def _boolean(value: Any) -> bool:
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        value = "True" if value else "False"
    elif isinstance(value, (int, float)):
        value = number_text(value)
    if not isinstance(value, str) or len(value) > LONGEST or "\x00" in value:
        raise ValueError("a text")
    return whole_characters(value)


def _time(value: Any) -> int:
    if not isinstance(value, str) or len(value) > 40:
        raise ValueError("a time such as 2019-01-21T09:12:06Z")
    try:
        moment = datetime.fromisoformat(_FRACTION.sub(r"\1", date_text(value.strip())))
        instant = instants.from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError) as error:
        raise ValueError("a time such as 2019-01-21T09:12:06Z") from error
    if not EARLIEST <= instant <= LATEST:
        raise ValueError("a time of the years 1753 to 9999")
    return grid(instant)


_FORMS = {"integer": _integer, "decimal": _decimal, "boolean": _boolean, "text": _text, "datetime": _time}


def kept(form: str, value: Any) -> Any:
    """`value` as it is kept; raises ValueError that says what the form takes."""
    return _FORMS[form](value)


def shown(form: str, value: Any) -> Any:
    """A kept value as a client that mirrors it would hold it."""
    if value is None:
        return None
    if form == "datetime":
        return time_text(value)
    if form == "decimal":
        return float(decimal_text(value))
    return bool(value) if form == "boolean" else value


def decimal_text(value: int) -> str:
    """A decimal as .NET's JSON writer puts it: at least one digit after the point."""
    whole, part = divmod(abs(value), PARTS)
    fraction = f"{part:04d}".rstrip("0") or "0"
    return f"{'-' if value < 0 else ''}{whole}.{fraction}"


# --- durations --------------------------------------------------------------------------------------------------------

_SPAN = re.compile(r"(?:(\d{1,4})\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d{1,7})?)?", re.ASCII)


def seconds(text: str) -> tuple[int, bool]:
    """The seconds of `hh:mm:ss`, and whether only two parts were given; raises ValueError for another text."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError("a duration such as 00:10:00")
    days, hours, minutes, rest = (int(part or 0) for part in found.groups())
    if hours > 23 or minutes > 59 or rest > 59:
        raise ValueError("a duration such as 00:10:00, with at most 23 hours, 59 minutes and 59 seconds")
    return ((days * 24 + hours) * 60 + minutes) * 60 + rest, found[4] is None
