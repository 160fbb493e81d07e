"""Where a mirror and the truth part, field by field, and of what kind the difference is.

Values are compared by the catalogue's type: instants as instants, numbers as numbers, text exactly; absent is null.
A value that was true earlier is *stale*; one that never was is *misread*.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Context, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Literal

from mockservers.harness import side_by_side
from mockservers.harness.history import History, Record
from mockservers.harness.profile import VendorProfile, profile
from mockservers.kernel import instants

NUMBERS = frozenset({"integer", "long", "short", "decimal", "double", "float"})
PLACES = 9
"""Digits after the point to which numbers are compared: further than any vendor tells them."""
_PLAIN = (str, int, type(None))
"""Two that are equal, and of one such type, are equal by whatever type their field has."""
Kind = Literal["stale", "misread"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one ticket where the mirror is not the truth."""

    ticket: str
    field: str
    type: str
    truth: Any
    mirror: Any
    kind: Kind


def wall(value: Any, zone: tzinfo, resolution: int = instants.SECOND) -> Any:
    """An instant as the wall clock in `zone` shows it, as finely (in microseconds) as the vendor's text can tell.

    Two instants of a repeated hour read the same, so no client can be blamed for taking one for the other. What is
    no instant comes back as it is.
    """
    if not isinstance(value, str):
        return value
    return _known(value, zone, resolution) if len(value) <= _LONG else _wall(value, zone, resolution)


def _wall(value: str, zone: tzinfo, resolution: int) -> Any:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    if moment.tzinfo is None:
        return value
    try:
        moment = moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0)
    except OverflowError:
        return value
    return moment.replace(microsecond=moment.microsecond - moment.microsecond % resolution)


_LONG = 64
"""Letters of a text that is no longer an instant as anybody writes it, and not worth being remembered."""
_known = lru_cache(maxsize=8192)(_wall)
"""What was found is never stale: it hangs on the text, a zone that does not change, and a number, and on nothing else."""


def _number(value: Any) -> Any:
    """A number with all its digits before the point: floats would take neighbours among long ids for one."""
    if isinstance(value, bool) or value is None:
        return value
    try:
        number = Decimal(str(value))
    except (InvalidOperation, ValueError):  # no number, or one of so many digits that Python does not write it
        return value
    if number.is_nan():
        return value
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -PLACES:
        exact = Context(prec=max(number.adjusted(), 0) + PLACES + 2)
        number = number.quantize(Decimal(1).scaleb(-PLACES), context=exact)
    return number


def normal(value: Any, type_: str, zone: tzinfo, resolution: int = instants.SECOND) -> Any:
    """`value` in the form in which two equal ones are equal. Empty text in a typed field means nothing is there."""
    if type_ != "text" and value == "":
        return None
    if type_ in ("datetime", "date"):
        return wall(value, zone, resolution)
    if type_ in NUMBERS:
        return _number(value)
    if type_ == "json":
        return _group(value, zone)
    if type_ == "text" and value == "":
        return None
    if type_ == "boolean" and isinstance(value, str):  # all that a file in CSV can say
        return {"true": True, "false": False}.get(value.lower(), value)
    return value


def _group(value: Any, zone: tzinfo) -> Any:
    """A nested group as one text; as it is where it is none, or nests deeper than any vendor's."""
    try:
        group = json.loads(value) if isinstance(value, str) else value
        return None if group is None else json.dumps(_walled(group, zone), sort_keys=True)
    except (ValueError, RecursionError):
        return value


def _walled(value: Any, zone: tzinfo) -> Any:
    """A nested group with its instants and numbers in comparable form; nulls are left out, as absent is null."""
    if isinstance(value, Mapping):
        return {key: _walled(each, zone) for key, each in value.items() if each is not None and each != ""}
    if isinstance(value, list):
        return [_walled(each, zone) for each in value]
    if isinstance(value, str) and len(value) >= 20 and value[4:5] == "-" and "T" in value:
        return str(wall(value, zone))
    if isinstance(value, float) and math.isfinite(value):
        return int(value) if value.is_integer() else round(value, PLACES)
    return value


def fields(history: History, mirrored: Record) -> list[str]:
    """The fields of a ticket that are compared: those the client says it mirrors, else those that it shows.

    Not those that no answer of this dialect tells.
    """
    untold = profile(history.vendor).untold(history.dialect)
    return names(history.hello.mirrors, untold, mirrored)


def names(named: Iterable[str] | None, untold: frozenset[str], mirrored: Record) -> list[str]:
    """The same, of what a client's hello named and a dialect's answers do not tell."""
    return sorted(frozenset(mirrored.fields if named is None else named) - untold)


def unequal(
    here: VendorProfile, zone: tzinfo, compared: Iterable[str], truth: Record, mirrored: Record
) -> Iterator[tuple[str, Any, Any]]:
    """The fields among `compared` in which two records part, with both values."""
    for name in compared:
        if name not in truth.fields and name not in here.types:
            continue
        right, left = truth.fields.get(name), mirrored.fields.get(name)
        if left == right and type(left) is type(right) and (isinstance(left, _PLAIN) or repr(left) == repr(right)):
            continue  # as most are
        if _normal(here, zone, name, right) != _normal(here, zone, name, left):
            yield name, right, left


def _normal(here: VendorProfile, zone: tzinfo, name: str, value: Any) -> Any:
    return normal(here.nil(name, value), here.types.get(name, "text"), zone, here.resolution)


def differences(history: History) -> tuple[Difference, ...]:
    """Every difference between the final mirror and the final truth, for tickets that stand in both."""
    known: tuple[Difference, ...] | None = vars(history).get("_differences")
    if known is None:  # several duties ask for them
        known = vars(history)["_differences"] = tuple(_differences(history))
    return known


def _differences(history: History) -> Iterator[Difference]:
    here = profile(history.vendor)
    zone = here.zone(history.dialect)
    for ticket, mirrored in sorted((history.mirror or {}).items()):
        truth = history.truth.get(ticket)
        if truth is None or not truth.exists:
            continue
        for name, right, left in unequal(here, zone, fields(history, mirrored), truth, mirrored):
            seen = _normal(here, zone, name, left)
            earlier = (record for _, record in history.ever.get(ticket, ())[:-1] if record.exists)
            stale = any(_normal(here, zone, name, record.fields.get(name)) == seen for record in earlier)
            yield Difference(ticket, name, here.types.get(name, "text"), right, left, "stale" if stale else "misread")


def same(history: History, name: str, left: Any, right: Any) -> bool:
    """Whether two values of a field are equal by its type."""
    here = profile(history.vendor)
    zone = here.zone(history.dialect)
    return bool(_normal(here, zone, name, left) == _normal(here, zone, name, right))


def squeezed(text: str) -> str:
    """A text without its white space, for texts that a vendor may wrap or trim."""
    return "".join(text.split())


def compared(history: History, types: frozenset[str] | None = None) -> int:
    """How many values of these types could be compared (all types when None)."""
    here = profile(history.vendor)
    total = 0
    for ticket, mirrored in (history.mirror or {}).items():
        truth = history.truth.get(ticket)
        if truth is None or not truth.exists:
            continue
        for name in fields(history, mirrored):
            if truth.fields.get(name) not in (None, "") and (types is None or here.types.get(name, "text") in types):
                total += 1
    return total


def missing(history: History, wanted: Mapping[str, Record]) -> list[Record]:
    """The tickets of `wanted` that the final mirror lacks."""
    return [record for ticket, record in sorted(wanted.items()) if ticket not in (history.mirror or {})]


def show(value: Any, most: int = 80, secrets: Iterable[str] = ()) -> str:
    """A value as a report shows it, without secrets, and with escapes for what nobody would see."""
    return side_by_side.shown(value, most, secrets)


def unzoned(type_: str, truth: Any, mirror: Any) -> str:
    """The beginning of a sentence about a time that the mirror has as text without a zone, with how to write it; else empty.

    Such a text is no instant, so it differs from every instant, whatever the client read.
    """
    if type_ not in ("datetime", "date") or not isinstance(truth, str) or not isinstance(mirror, str) or not mirror:
        return ""
    try:
        if datetime.fromisoformat(truth).tzinfo is None or datetime.fromisoformat(mirror).tzinfo is not None:
            return ""
        lacks = "has no zone"
    except ValueError:  # as in 03/02/2026 10:00 AM
        lacks = "is no time of ISO 8601 with a zone"
    other = f" or {truth[:-1]}+00:00" if truth.endswith("Z") else ""
    return f"the mirror's text {lacks}: write {truth}{other}; "


def parted(
    truth: Any,
    mirror: Any,
    secrets: Iterable[str] = (),
    words: str = "{} at the vendor and {} in the mirror",
    where: tuple[str, str] = ("at the vendor", "in the mirror"),
) -> str:
    """Two values that are not the same in `words`; where they look alike, the place at which they differ follows."""
    both = side_by_side.sides(truth, mirror, secrets=secrets, where=where)
    return words.format(*both.texts) + (f" ({both.place})" if both.place else "")
