"""The values that picklists hold in the demo data: numbers, labels in two languages, parents, and what is inactive.

Some values are the vendor's own and the same for everybody; others are a customer's, and the two demo customers number
them differently. They stand in the file of demo data. Knows no table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from mockservers.vendors.autotask.emulator import demo_data
from mockservers.vendors.autotask.emulator.entities import ENTITIES, Element
from mockservers.vendors.autotask.emulator.model import UDF_TYPES

LANGUAGES = ("en", "de")


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a picklist. `parent` is the value of the parent field under which it can be chosen."""

    value: str
    labels: tuple[str, ...]
    parent: str = ""
    active: bool = True
    system: bool = False
    default: bool = False

    def label(self, language: str) -> str:
        """The label in a language, else in the first one."""
        position = LANGUAGES.index(language) if language in LANGUAGES else 0
        return self.labels[min(position, len(self.labels) - 1)]


def _read(lists: Mapping[str, Any]) -> dict[str, tuple[Choice, ...]]:
    """The lists of one book; one that is a text is the same as the list of that name."""
    made: dict[str, tuple[Choice, ...]] = {}
    for name, groups in lists.items():
        if isinstance(groups, str):
            made[name] = made[groups]
            continue
        values = [Choice(str(value), (en, de), system=True) for value, en, de in groups.get("own", ())]
        values += [Choice(str(value), (en, de)) for value, en, de in groups.get("theirs", ())]
        for parent, rows in groups.get("under", {}).items():
            values += [Choice(str(value), (en, de), parent) for value, en, de in rows]
        for value, *rest in groups.get("retired", ()):
            values.append(Choice(str(value), tuple(rest[:2]), "".join(rest[2:]), active=False))
        made[name] = tuple(values)
    return made


@cache
def books() -> Mapping[str, dict[str, tuple[Choice, ...]]]:
    """The lists that everybody has (`common`), and those of the `first` and of the `second` demo customer."""
    made = {name: _read(lists) for name, lists in demo_data.book()["choices"].items()}
    kinds = tuple(Choice(str(number), (name, name), system=True) for number, name in UDF_TYPES.items())
    made["common"]["UserDefinedFieldDefinition.UdfType"] = kinds
    return made


def same_as(name: str) -> str | None:
    """The field, or entity and field, whose list holds for `name` too."""
    found: str | None = demo_data.book()["same_choices"].get(name)
    return found


_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")


def _whole(value: str) -> bool:
    return value.removeprefix("-").isdecimal()


def of(entity: str, element: Element, own: dict[str, tuple[Choice, ...]]) -> tuple[Choice, ...]:
    """The values of a picklist for a customer with the lists `own`; made up plainly where nothing is known."""
    names = (f"{entity}.{element.name}", element.name)
    for name in (*names, *filter(None, map(same_as, names))):
        for lists in (own, books()["common"]):
            if name in lists and (element.form == "text" or all(_whole(each.value) for each in lists[name])):
                return lists[name]
    words = " ".join(_WORD.findall(element.name.removesuffix("ID")))
    return tuple(Choice(str(n), (f"{words} {n}", f"{words} {n} (de)"), default=n == 1) for n in (1, 2, 3))


def book(own: dict[str, tuple[Choice, ...]]) -> Iterable[tuple[str, Element, tuple[Choice, ...]]]:
    """Entity, field and values of every picklist there is, for a customer with the lists `own`."""
    for name, entity in ENTITIES.items():
        for element in entity.elements:
            if element.field.picklist:
                yield name, element, of(name, element, own)
