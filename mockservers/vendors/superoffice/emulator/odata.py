"""OData options of archive lists: columns, filters and orders as text, read into SQL conditions over tickets.

What a filter says is bound as values, never as SQL text. Knows no request; raises ValueError with a sentence for what it cannot
read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from mockservers.kernel import instants
from mockservers.vendors.superoffice.emulator import time_zones
from mockservers.vendors.superoffice.emulator.archive_columns import (
    COLUMNS,
    MESSAGE,
    MESSAGE_COLUMNS,
    UNORDERED,
    Column,
    readable,
)
from mockservers.vendors.superoffice.emulator.languages import Locale
from mockservers.vendors.superoffice.emulator.model import (
    DIRECTORY,
    ENUMERATED,
    ENUMS,
    LARGEST_ID,
    MESSAGES,
    REFERENCES,
    TICKETS,
    Directory,
    Named,
)
from mockservers.vendors.superoffice.emulator.time_zones import TimeFormat
from mockservers.wirekit.dotnet_text import value_text

LONGEST_FILTER, MOST_TOKENS, DEEPEST = 8000, 600, 30
Condition = Any
"""What a filter becomes: an expression of SQL, or a test of a row (see rows.py)."""


def _stored(by: Column) -> Any:
    return MESSAGES.c[by.of] if by.through == MESSAGE else TICKETS.c[by.of]


def ordered(text: str, tenant: str, blank: frozenset[str] = frozenset()) -> list[sa.ColumnElement[Any]]:
    """The terms of $orderBy; the key is last, so that the order is whole (superoffice.odata.order)."""
    made: list[sa.ColumnElement[Any]] = []
    for by, falling in orders(text, blank):
        term = _sorted(by, tenant)
        made.append(term.desc().nulls_last() if falling else term.asc().nulls_first())
    return [*made, TICKETS.c.TicketId.asc()]


def messages_ordered(text: str, blank: frozenset[str] = frozenset()) -> list[sa.ColumnElement[Any]]:
    """The terms of $orderBy in the archive of messages; the key is last."""
    made: list[sa.ColumnElement[Any]] = []
    for by, falling in orders(text, blank, MESSAGE_COLUMNS):
        if by.name in UNORDERED:
            raise ValueError(f"Messages are not ordered by {by.name}")
        made.append(_stored(by).desc().nulls_last() if falling else _stored(by).asc().nulls_first())
    return [*made, MESSAGES.c.id.asc()]


def orders(
    text: str, blank: frozenset[str] = frozenset(), columns: Mapping[str, Column] = COLUMNS
) -> list[tuple[Column, bool]]:
    """The columns of $orderBy, each with whether it falls."""
    made: list[tuple[Column, bool]] = []
    parts = [part.split() for part in text.split(",") if part.strip()]
    if len(parts) > 10:
        raise ValueError("There are too many columns to order by")
    for words in parts:
        if len(words) > 2 or (len(words) == 2 and words[1].lower() not in ("asc", "desc")):
            raise ValueError("An order is a column, and asc or desc")
        made.append((readable(words[0], blank, columns), len(words) == 2 and words[1].lower() == "desc"))
    return made


def _sorted(by: Column, tenant: str) -> sa.ColumnElement[Any]:
    if not by.through:
        return TICKETS.c[by.of]
    named = DIRECTORY.alias()
    found = sa.select(named.c.name).where(
        named.c.tenant == tenant, named.c.kind == REFERENCES[by.through], named.c.id == TICKETS.c[by.through]
    )
    return found.scalar_subquery()


# --- filters ----------------------------------------------------------------------------------------------------------

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d{1,20}(?:\.\d{1,10})?(?![\w-]))|(?P<word>[A-Za-z_][\w/.]*)|(?P<sign>[(),=]))"
)


class Token(NamedTuple):
    kind: str
    text: str


def _tokens(text: str) -> list[Token]:
    if len(text) > LONGEST_FILTER:
        raise ValueError("The filter is too long")
    found, place = [], 0
    text = text.strip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise ValueError(f"The filter cannot be read from {value_text(text[place : place + 30])} on")
        value = match[match.lastgroup]
        found.append(Token(match.lastgroup, value[1:-1].replace("''", "'") if match.lastgroup == "text" else value))
        place = match.end()
    if len(found) > MOST_TOKENS:
        raise ValueError("The filter is too long")
    return found


@dataclass(slots=True)
class Filter:
    """One filter under way: its tokens, by which clock, language and directory it is read, and what the caller cannot read."""

    tokens: list[Token]
    clock: TimeFormat
    tongue: Locale
    names: Directory
    blank: frozenset[str] = frozenset()
    place: int = 0

    # What a condition is made of, for archives that are no tables to do otherwise.

    def column(self, name: str) -> Column:
        return readable(name, self.blank)

    def left(self, by: Column) -> Any:
        return _stored(by)

    def either(self, *found: Any) -> Any:
        return sa.or_(*found)

    def both(self, *found: Any) -> Any:
        return sa.and_(*found)

    def negated(self, found: Any) -> Any:
        return sa.not_(found)

    @classmethod
    def condition(
        cls, text: str, clock: TimeFormat, tongue: Locale, names: Directory, blank: frozenset[str] = frozenset()
    ) -> Condition | None:
        """The condition that a filter means, or None for an empty one."""
        here = cls(_tokens(text), clock, tongue, names, blank)
        if not here.tokens:
            return None
        found = here._any(0)
        if here.place < len(here.tokens):
            raise ValueError(f"The filter cannot be read from {value_text(here.tokens[here.place].text[:30])} on")
        return found

    def _peek(self) -> Token:
        return self.tokens[self.place] if self.place < len(self.tokens) else Token("end", "")

    def _take(self, kind: str = "", text: str = "") -> Token:
        token = self._peek()
        if (kind and token.kind != kind) or (text and token.text.lower() != text) or token.kind == "end":
            raise ValueError(f"The filter has {value_text(token.text[:30])} where {text or kind or 'more'} is needed")
        self.place += 1
        return token

    def _is(self, *words: str) -> bool:
        token = self._peek()
        return token.kind in ("word", "sign") and token.text.lower() in words

    def _any(self, depth: int) -> Condition:
        if depth > DEEPEST:
            raise ValueError("The filter nests too deep")
        found = [self._all(depth)]
        while self._is("or"):
            self.place += 1
            found.append(self._all(depth))
        return self.either(*found) if len(found) > 1 else found[0]

    def _all(self, depth: int) -> Condition:
        found = [self._each(depth)]
        while self._is("and"):
            self.place += 1
            found.append(self._each(depth))
        return self.both(*found) if len(found) > 1 else found[0]

    def _each(self, depth: int) -> Condition:
        if self._is("not"):
            self.place += 1
            return self.negated(self._each(depth + 1 if depth <= DEEPEST else self._deep()))
        if self._is("("):
            self.place += 1
            inner = self._any(depth + 1)
            self._take("sign", ")")
            return inner
        word = self._take("word")
        if word.text.lower() in _FUNCTIONS and self._is("("):
            self.place += 1
            left = self.column(self._take("word").text)
            self._take("sign", ",")
            value = self._take("text").text
            self._take("sign", ")")
            return self._compare(left, _FUNCTIONS[word.text.lower()], [value])
        left, operator = self.column(word.text), self._take()
        if operator.kind not in ("word", "sign"):
            raise ValueError(f"{value_text(operator.text[:30])} is no operator")
        return self._compare(left, operator.text.lower(), list(self._values()))

    def _deep(self) -> int:
        raise ValueError("The filter nests too deep")

    def _values(self) -> Iterator[str]:
        """One value, several with commas, or several in brackets."""
        closed = self._is("(")
        if closed:
            self.place += 1
        while True:
            token = self._take()
            if token.kind == "word" and token.text.lower() == "datetime" and self._peek().kind == "text":
                token = self._take("text")
            if token.kind == "sign":
                raise ValueError(f"The filter has {value_text(token.text)} where a value is needed")
            yield token.text
            if not self._is(","):
                break
            self.place += 1
        if closed:
            self._take("sign", ")")

    # --- comparing ----------------------------------------------------------------------------------------------------

    def _compare(self, left: Column, operator: str, values: list[str]) -> Condition:
        operator = _SAME.get(operator, operator)
        known = _OPERATORS["text" if left.kind == "path" else left.kind]
        if operator not in known:
            raise ValueError(
                f"{left.name} cannot be compared by {value_text(operator[:30])}; it takes {', '.join(known)}"
            )
        if len(values) != 2 if operator in _TWO else (len(values) != 1 and operator not in ("in", "notin")):
            raise ValueError(f"{operator} takes {'two values' if operator in _TWO else 'one value'}")
        if left.through and left.through != MESSAGE:
            return self._by_name(left, operator, values)
        if left.kind == "date":
            return self._by_date(self.left(left), operator, values)
        return self._plain(self.left(left), operator, [_read(left, each) for each in values])

    def _by_name(self, left: Column, operator: str, values: list[str]) -> Condition:
        """By what a column leads to: the numbers whose names fit, as the caller's language shows them."""
        given = [_read(left, each) for each in values]
        fits = [
            each.id
            for each in self.names.all(REFERENCES[left.through])
            if _fits(self._shown(left, each), operator, given)
        ]
        if left.through in ("OwnedBy", "CreatedBy"):
            fits = [each for each in fits if each != 1]
        nothing = [1] if left.through in ("OwnedBy", "CreatedBy") else [0, -1]
        if _fits(0 if left.kind == "number" else "", operator, given):
            fits += nothing
        here = TICKETS.c[left.through].in_(fits)
        return sa.or_(here, TICKETS.c[left.through].is_(None)) if 0 in fits and left.through == "CustId" else here

    def _shown(self, left: Column, each: Named) -> Any:
        if left.kind == "number":
            return int(each.facts.get(left.fact, 0))
        if left.kind == "path":
            return "/".join(self.tongue.text(part) for part in self.names.category_path(each.id))
        if left.fact:
            return self.names.get(left.fact, int(each.facts.get(left.fact, 0))).name
        return self.tongue.text(each.name)

    def _by_date(self, left: Any, operator: str, values: list[str]) -> Condition:
        moments = [self.clock.read(each) for each in values]
        if None in moments:  # the year 1 is no value at all
            if operator in ("eq", "datetime", "date"):
                return left.is_(None)
            if operator == "ne":
                return left.is_not(None)
            moments = [time_zones.EARLIEST if each is None else each for each in moments]
        begins = [self._day(each) for each in values]
        first, last = moments[0], moments[-1]
        assert first is not None
        assert last is not None
        day, next_day = begins[0][0], begins[-1][1]
        return {
            "before": lambda: left < day,
            "after": lambda: left >= begins[0][1],
            "date": lambda: self.both(left >= day, left < begins[0][1]),
            "between": lambda: self.both(left >= day, left < next_day),
            "beforetime": lambda: left < first,
            "aftertime": lambda: left > first,
            "datetime": lambda: left == first,
            "eq": lambda: left == first,
            "ne": lambda: self.either(left != first, left.is_(None)),
            "lt": lambda: left < first,
            "le": lambda: left <= first,
            "gt": lambda: left > first,
            "ge": lambda: left >= first,
            "betweentime": lambda: self.both(left >= first, left <= last),
        }[operator]()

    def _plain(self, left: Any, operator: str, given: list[Any]) -> Condition:
        made: dict[str, Callable[[], Condition]] = {
            "eq": lambda: left == given[0],
            "ne": lambda: self.either(left != given[0], left.is_(None)),
            "gt": lambda: left > given[0],
            "ge": lambda: left >= given[0],
            "lt": lambda: left < given[0],
            "le": lambda: left <= given[0],
            "in": lambda: left.in_(given),
            "notin": lambda: self.either(left.not_in(given), left.is_(None)),
            "begins": lambda: left.startswith(given[0], autoescape=True),
            "contains": lambda: left.contains(given[0], autoescape=True),
            "ends": lambda: left.endswith(given[0], autoescape=True),
            "between": lambda: left.between(given[0], given[1]),
        }
        return made[operator]()

    def _day(self, text: str) -> tuple[int, int]:
        """The beginnings of the day of a time and of the next one, on the clock of the call."""
        moment = time_zones.parsed(text)
        if moment.year <= 1:
            return time_zones.EARLIEST, time_zones.EARLIEST
        tz = time_zones.zone_info(self.clock.code)
        if moment.tzinfo is not None:
            moment = moment.astimezone(tz)
        midnight = moment.replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
        return instants.from_wall(midnight, tz), instants.from_wall(midnight + timedelta(days=1), tz)


class MessageFilter(Filter):
    """A filter of messages, by their own columns and those of their tickets."""

    __slots__ = ()

    def column(self, name: str) -> Column:
        return readable(name, self.blank, MESSAGE_COLUMNS)


_FUNCTIONS = {"startswith": "begins", "contains": "contains", "endswith": "ends"}
_SAME = {
    "=": "eq",
    "equals": "eq",
    "is": "eq",
    "unequals": "ne",
    "notequals": "ne",
    "greater": "gt",
    "smaller": "lt",
    "oneof": "in",
    "notoneof": "notin",
    "startswith": "begins",
    "beginswith": "begins",
    "endswith": "ends",
    "datebetween": "between",
    "timebetween": "betweentime",
}
_TWO = ("between", "betweentime")
_OPERATORS: Mapping[str, tuple[str, ...]] = {
    "number": ("eq", "ne", "gt", "ge", "lt", "le", "in", "notin", "between"),
    "text": ("eq", "ne", "begins", "contains", "ends", "in", "notin"),
    "enum": ("eq", "ne", "in", "notin"),
    "flag": ("eq", "ne"),
    "level": ("eq", "ne"),
    "date": (
        "before",
        "after",
        "date",
        "between",
        "beforetime",
        "aftertime",
        "datetime",
        "betweentime",
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
    ),
}


def _read(left: Column, text: str) -> Any:
    """A value of a filter in the form of its column."""
    if left.kind == "number":
        if not re.fullmatch(r"-?\d{1,10}", text.strip(), re.ASCII) or abs(int(text)) > LARGEST_ID:
            raise ValueError(f"{value_text(text[:40])} is no number for {left.name}")
        return int(text)
    if left.kind == "flag":
        if text.lower() not in ("true", "false", "1", "0"):
            raise ValueError(f"{value_text(text[:40])} is neither true nor false")
        return text.lower() in ("true", "1")
    if left.kind == "level":
        if text.lower() not in ("internal", "external"):
            raise ValueError(f"{value_text(text[:40])} is neither Internal nor External")
        return text.lower() == "external"
    if left.kind == "enum":
        table = ENUMS[ENUMERATED[left.of]]
        for name, number in table.items():
            if text.lower() == name.lower() or text == str(number):
                return name
        return text
    if len(text) > 1000 or "\x00" in text:
        raise ValueError(f"The value for {left.name} is too long, or holds a NUL")
    return text


_COMPARE: Mapping[str, Callable[[Any, Sequence[Any]], bool]] = {
    "eq": lambda value, given: value == given[0],
    "ne": lambda value, given: value != given[0],
    "gt": lambda value, given: value > given[0],
    "ge": lambda value, given: value >= given[0],
    "lt": lambda value, given: value < given[0],
    "le": lambda value, given: value <= given[0],
    "in": lambda value, given: value in given,
    "notin": lambda value, given: value not in given,
    "begins": lambda value, given: str(value).startswith(given[0]),
    "contains": lambda value, given: given[0] in value,
    "ends": lambda value, given: str(value).endswith(given[0]),
    "between": lambda value, given: given[0] <= value <= given[1],
}


def _fits(value: Any, operator: str, given: Sequence[Any]) -> bool:
    return _COMPARE[operator](value, given)
