"""Archive lists of what is kept in no table of its own: rows in memory, found by the same filters and orders as tickets.

Knows no request; raises ValueError with a sentence for what it cannot read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from typing import Any

from mockservers.vendors.superoffice.emulator import archive_columns, odata
from mockservers.vendors.superoffice.emulator.archive_columns import Column
from mockservers.vendors.superoffice.emulator.languages import Locale
from mockservers.vendors.superoffice.emulator.model import Directory, Named
from mockservers.vendors.superoffice.emulator.time_zones import TimeFormat

Row = Mapping[str, Any]
Test = Callable[[Row], bool]


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a row, whose comparisons are tests of rows. Nothing is neither less nor more than anything."""

    name: str

    def _test(self, holds: Callable[[Any], bool]) -> Test:
        return lambda row: row[self.name] is not None and holds(row[self.name])

    def __lt__(self, other: Any) -> Test:
        return self._test(lambda value: bool(value < other))

    def __le__(self, other: Any) -> Test:
        return self._test(lambda value: bool(value <= other))

    def __gt__(self, other: Any) -> Test:
        return self._test(lambda value: bool(value > other))

    def __ge__(self, other: Any) -> Test:
        return self._test(lambda value: bool(value >= other))

    def __eq__(self, other: Any) -> Test:  # type: ignore[override]
        return self._test(lambda value: bool(value == other))

    def __ne__(self, other: Any) -> Test:  # type: ignore[override]
        return self._test(lambda value: bool(value != other))

    def is_(self, nothing: None) -> Test:
        return lambda row: row[self.name] is None

    def is_not(self, nothing: None) -> Test:
        return lambda row: row[self.name] is not None

    def in_(self, values: Sequence[Any]) -> Test:
        return self._test(lambda value: value in values)

    def not_in(self, values: Sequence[Any]) -> Test:
        return self._test(lambda value: value not in values)

    def startswith(self, text: str, autoescape: bool = True) -> Test:
        return self._test(lambda value: str(value).startswith(text))

    def contains(self, text: str, autoescape: bool = True) -> Test:
        return self._test(lambda value: text in str(value))

    def endswith(self, text: str, autoescape: bool = True) -> Test:
        return self._test(lambda value: str(value).endswith(text))

    def between(self, low: Any, high: Any) -> Test:
        return self._test(lambda value: bool(low <= value <= high))


@dataclass(frozen=True)
class Archive:
    """A kind of rows: its entity, its key, its columns by lower-case name, and how an entry of the directory becomes a row."""

    entity: str
    kind: str
    key: str
    columns: Mapping[str, Column]
    row: Callable[[Named, Locale, Directory], Row]

    def filter(self) -> type[odata.Filter]:
        """The reader of this archive's filters."""
        columns = self.columns

        class RowFilter(odata.Filter):
            __slots__ = ()

            def column(self, name: str) -> Column:
                return archive_columns.column(name, columns)

            def left(self, by: Column) -> Any:
                return Field(by.of)

            def either(self, *found: Test) -> Test:
                return lambda row: any(each(row) for each in found)

            def both(self, *found: Test) -> Test:
                return lambda row: all(each(row) for each in found)

            def negated(self, found: Test) -> Test:
                return lambda row: not found(row)

        return RowFilter

    def rows(self, names: Directory, tongue: Locale, clock: TimeFormat, filter_: str, order: str) -> list[Row]:
        """The rows that a filter leaves, in the order that is asked for, and then by their key."""
        test: Any = self.filter().condition(filter_, clock, tongue, names)
        terms = odata.orders(order, columns=self.columns)
        made = [self.row(each, tongue, names) for each in names.all(self.kind)]
        found = [each for each in made if test is None or test(each)]

        def compared(one: Row, other: Row) -> int:
            return self._compared(one, other, terms)

        return sorted(found, key=cmp_to_key(compared))

    def _compared(self, one: Row, other: Row, terms: Sequence[tuple[Column, bool]]) -> int:
        for by, falls in [*terms, (self.columns[self.key.lower()], False)]:
            left, right = one[by.of], other[by.of]
            if left == right:
                continue
            # Nothing comes first where an order rises, and last where it falls.
            less = left is None or (right is not None and left < right)
            return 1 if less == falls else -1
        return 0


def _columns(*given: tuple[str, str]) -> Mapping[str, Column]:
    return {name.lower(): Column(name, name, kind) for name, kind in given}


def _person(here: Named, tongue: Locale, names: Directory) -> Row:
    facts = here.facts
    company = names.get("contact", int(facts.get("contact", 0)))
    return {
        "personId": here.id,
        "firstName": facts.get("first", ""),
        "middleName": facts.get("middle", ""),
        "lastName": facts.get("last", ""),
        "fullName": here.name,
        "contactId": company.id,
        "contact/name": tongue.text(company.name),
        "email/emailAddress": facts.get("email", ""),
        "personDirectPhone/formattedNumber": facts.get("phone", ""),
        "personRegisteredDate": facts.get("registered"),
        "personUpdatedDate": facts.get("updated"),
    }


def _contact(here: Named, tongue: Locale, names: Directory) -> Row:
    facts, name = here.facts, tongue.text(here.name)
    return {
        "contactId": here.id,
        "name": name,
        "department": "",
        "nameDepartment": name,
        "email/emailAddress": facts.get("email", ""),
        "phone/formattedNumber": facts.get("phone", ""),
        "registeredDate": facts.get("registered"),
        "updatedDate": facts.get("updated"),
    }


PERSON = Archive(
    "person",
    "person",
    "personId",
    _columns(
        ("personId", "number"),
        ("firstName", "text"),
        ("middleName", "text"),
        ("lastName", "text"),
        ("fullName", "text"),
        ("contactId", "number"),
        ("contact/name", "text"),
        ("email/emailAddress", "text"),
        ("personDirectPhone/formattedNumber", "text"),
        ("personRegisteredDate", "date"),
        ("personUpdatedDate", "date"),
    ),
    _person,
)
CONTACT = Archive(
    "contact",
    "contact",
    "contactId",
    _columns(
        ("contactId", "number"),
        ("name", "text"),
        ("department", "text"),
        ("nameDepartment", "text"),
        ("email/emailAddress", "text"),
        ("phone/formattedNumber", "text"),
        ("registeredDate", "date"),
        ("updatedDate", "date"),
    ),
    _contact,
)
