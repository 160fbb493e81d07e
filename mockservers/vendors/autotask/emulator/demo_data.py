"""The words, picklists and fixed rows of which demo customers are made: `fixtures/autotask/demo.json`, read at first use.

Rows stand as records show them, by entity and by part: `every` customer has them, the `first` or the `second` alone, one
that is `settled`, with accounts, or `invoiced`. `all` holds what the rows of a list have in common. A time may be `-30d`,
so many days from a world's birth, or `-30d midnight`, the day that people entered. Knows no table.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from mockservers.kernel import data
from mockservers.kernel.instants import DAY, HOUR
from mockservers.vendors.autotask import VENDOR
from mockservers.vendors.autotask.emulator.entities import ENTITIES, Element, kept, midnight, stored_time
from mockservers.vendors.autotask.emulator.renderings import ZONES, offset

EASTERN = ZONES["eastern"]


@cache
def book() -> Mapping[str, Any]:
    """The whole file."""
    found: Mapping[str, Any] = json.loads(data.file("fixtures", VENDOR.name, "demo.json").read_text("utf-8"))
    return found


@cache
def words(kind: str) -> tuple[str, ...]:
    """A pool of words, such as `places`."""
    return tuple(book()["words"][kind])


def rows(part: str, born: int, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Entity and values, in kept form, of the rows of a part, for the customer `name` of a world born at `born`."""
    for entity, listed in book()["rows"][part].items():
        known = ENTITIES[entity]
        for row in listed["rows"]:
            made = {"id": row["id"]}
            for field, value in {**listed.get("all", {}), **row}.items():
                if field != "id":
                    made[field] = _value(known[field], value, born, name)
            yield entity, made


def _value(element: Element, given: Any, born: int, name: str) -> Any:
    if not isinstance(given, str):
        return kept(element, given)
    if element.form in ("time", "date") and given[0] in "+-":
        days, _, hour = given.partition("d")
        at = born + int(days) * DAY
        if element.form == "date":
            return midnight(at)
        return morning(midnight(at)) if hour else stored_time(at)
    return kept(element, given.replace("{name}", name))


def day_of(instant: int) -> int:
    """The date that clocks of the vendor show at an instant, as dates are kept."""
    return midnight(instant + offset(EASTERN, instant // HOUR))


def morning(date: int) -> int:
    """The instant at which a kept date begins at the vendor, for fields that hold a time though people enter a date."""
    return date - offset(EASTERN, date // HOUR + 5)
