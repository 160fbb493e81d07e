"""From variables to a selection: what is wanted, in which order, which part of it. Refuses what the API would refuse.

Makes statements from allow-lists and bound values only; never puts text of a caller into SQL. Executes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from mockservers.kernel import instants
from mockservers.kernel.operations import Context
from mockservers.kernel.store import fits
from mockservers.vendors.get_tickets.emulator import errors, notation
from mockservers.vendors.get_tickets.emulator.model import (
    DATES,
    INTEGERS,
    OUTPUTS,
    SEPARATOR,
    TICKETS,
    VARIABLES,
    holds,
)

FILTERS = {
    "status": "status",
    "source": "source",
    "category": "category",
    "sub_category": "sub_category",
    "priority": "priority",
    "escalation": "escalation_level",
    "uid": "assigned_tech",
    "group": "assigned_group_name",
    "cid": "cid",
}
"""Text filters, and the output each compares; some names differ (get_tickets.variable.names)."""

_OF_EVERY_ACTION = frozenset({"key", "action", "output"})
_OF_OUTPUTS = frozenset(OUTPUTS) - frozenset(VARIABLES)
_CHANGED = frozenset(
    {
        "last_updated",
        "start_last_updated",
        "updated_since",
        "changed_since",
        "since",
        "last_update",
        "start_updated",
        "modified_since",
    }
)
_MOST_LISTED = 1000
_HOSTILE = (";", "'", '"', "`", "--", "/*", "*/", "#", "(", ")", "\\", "\x00")
_NEXT_START = "\x01"
"""The least text that can follow: texts hold no NUL."""

_column = TICKETS.c
_bind = sa.bindparam
_CONDITIONS: dict[str, Callable[[], sa.ColumnElement[bool]]] = {
    "tid": lambda: _column.tid == _bind("tid"),
    "tids": lambda: _column.tid.in_(_bind("tids", expanding=True)),
    "start_tid": lambda: _column.tid >= _bind("start_tid"),
    "end_tid": lambda: _column.tid <= _bind("end_tid"),
    "cid_from": lambda: _column.cid_cf >= _bind("cid_from"),
    "cid_before": lambda: _column.cid_cf < _bind("cid_before"),
    "opened_from": lambda: _column.date_opened >= _bind("opened_from"),
    "opened_to": lambda: _column.date_opened <= _bind("opened_to"),
    "due_from": lambda: _column.due_date >= _bind("due_from"),
    "due_before": lambda: _column.due_date < _bind("due_before"),
    "keyword": lambda: holds(_column.search, _bind("keyword")) > 0,
    **{
        name: (lambda name=name, output=output: _column[f"{output}_cf"] == _bind(name))  # type: ignore[misc]
        for name, output in FILTERS.items()
    },
}


@dataclass(frozen=True, slots=True)
class Shape:
    """A selection without its values: what makes one SQL statement differ from another."""

    conditions: tuple[str, ...]
    column: str = "tid"
    descending: bool = False
    cut: bool = False


@lru_cache(maxsize=1024)
def numbers(shape: Shape) -> sa.Select[Any]:
    """Ticket number and revision of what is selected, in order; `most` and `skip` cut it when the shape says so.

    Filters come first, then the order, and the cut last (get_tickets.order.sequence).
    """
    sorted_by = _column[shape.column if shape.column in INTEGERS or shape.column in DATES else f"{shape.column}_cf"]
    by: list[sa.UnaryExpression[Any]] = []
    if shape.column != "tid":
        # Where nothing stands comes first, as in the vendor's database, and last when descending.
        ordered = sorted_by.desc() if shape.descending else sorted_by.asc()
        if shape.column in DATES or shape.column == "merged_to":
            ordered = ordered.nulls_last() if shape.descending else ordered.nulls_first()
        by.append(ordered)
    by.append(_column.tid.desc() if shape.descending and shape.column == "tid" else _column.tid.asc())
    statement = _narrowed(sa.select(_column.tid, _column.revision), shape.conditions).order_by(*by)
    return statement.limit(_bind("most")).offset(_bind("skip")) if shape.cut else statement


@lru_cache(maxsize=1024)
def total(conditions: tuple[str, ...]) -> sa.Select[Any]:
    """How many tickets are selected."""
    return _narrowed(sa.select(sa.func.count()).select_from(TICKETS), conditions)


def _narrowed(statement: sa.Select[Any], conditions: tuple[str, ...]) -> sa.Select[Any]:
    return statement.where(_column.tenant == _bind("tenant"), *(condition(name) for name in conditions))


def condition(name: str) -> sa.ColumnElement[bool]:
    """A condition of `Selection.conditions` in SQL; its value is bound under the same name."""
    return _CONDITIONS[name]()


@dataclass(slots=True)
class Selection:
    """What a call wants. `values` are bound to the statement; `skip` counts records.

    Without `most` the list runs to its end, however long (get_tickets.count.no_cap).
    """

    values: dict[str, Any]
    nothing: bool = False
    """A filter is such that no ticket can match."""
    count_only: bool = False
    order: str | None = None
    descending: bool = False
    most: int | None = None
    skip: int = 0
    paged: bool = False

    @property
    def conditions(self) -> tuple[str, ...]:
        return tuple(name for name in _CONDITIONS if name in self.values)

    @property
    def ranged(self) -> bool:
        return not self.values.keys().isdisjoint(
            ("start_tid", "end_tid", "opened_from", "opened_to", "cid_from", "cid_before")
        )


def read(ctx: Context, variables: Mapping[str, str], known: tuple[str, ...] = VARIABLES) -> Selection:
    """The selection that `variables` ask for; raises the vendor's refusal for the first thing that is wrong.

    `known` are those that the action has; nobody looks at others.
    """
    return _Reader(ctx, variables, known).selection()


class _Reader:
    """Reads the variables of one call, in the order in which the API complains about them."""

    def __init__(self, ctx: Context, variables: Mapping[str, str], known: tuple[str, ...]) -> None:
        assert ctx.tenant is not None
        self.looked_at = _OF_EVERY_ACTION.union(known)
        self.ctx = ctx
        self.dialect = ctx.dialect
        self.given = {name: value for name, value in variables.items() if value != "" and name in self.looked_at}
        self.all = variables
        self.cite = ctx.cite
        self.strict = self.dialect["strictness"] == "strict"
        self.zone = instants.zone(self.dialect["time_zone"])
        self.made = Selection({"tenant": ctx.tenant.name})

    def selection(self) -> Selection:
        made, given = self.made, self.given
        if "" in self.all.values():
            self.cite("get_tickets.variable.known")
        if not self.looked_at.issuperset(self.all):
            self._unknown()
        self._tid()
        for name, output in FILTERS.items():
            if name in given:
                self._text(name, output)
        if "keyword" in given:
            self._keyword(given["keyword"])
        if "start_tid" in given or "end_tid" in given:
            self._tid_range()
        if "start_cid" in given or "end_cid" in given:
            self._cid_range()
        if "start_date" in given or "end_date" in given:
            self._dates()
        if "due_date" in given:
            self._due()
        self._count_only()
        self._cut()
        self._order()
        if len(made.values) > 2 or (len(made.values) == 2 and "tid" not in made.values and "tids" not in made.values):
            self.cite("get_tickets.filter.narrows")
        return made

    # --- which tickets --------------------------------------------------------------------------------------------

    def _unknown(self) -> None:
        for name in self.all:
            if name in self.looked_at:
                continue
            if name in _CHANGED:
                rule, says = "get_tickets.date.no_changed_since", "no variable asks for what changed since a time"
            elif name in _OF_OUTPUTS:
                rule, says = "get_tickets.variable.names", "that is an output's name; inputs may be named differently"
            else:
                rule, says = "get_tickets.variable.unknown", "the API has no such variable"
            self.ctx.note(rule, f"nobody looked at the variable {name[:80]!r}: {says}", variable=name[:80])

    def _tid(self) -> None:
        text = self.given.get("tid")
        if text is None:
            self.cite("get_tickets.tid.missing")
            if self.given.keys().isdisjoint(_SELECTING):
                raise errors.refusal("tid", "get_tickets.tid.missing")
            return
        if text == "*":
            return
        if "," in text:
            self.cite("get_tickets.tid.no_list")
            numbers = [notation.number(part) for part in text.split(",")]
            if self.dialect["tid_list"] == "refuse" or None in numbers or len(numbers) > _MOST_LISTED:
                raise errors.refusal("tid", "get_tickets.tid.no_list")
            self.made.values["tids"] = numbers
            return
        number = notation.number(text)
        if number is None:
            raise errors.refusal("tid", "get_tickets.tid.no_pattern" if "*" in text else None)
        self.cite("get_tickets.tid.exact_or_star")
        self.made.values["tid"] = number

    def _text(self, name: str, output: str) -> None:
        self.cite("get_tickets.filter.text")
        if name != output:
            self.cite("get_tickets.variable.names")
        value = self.given[name].casefold()
        self.made.nothing |= "\x00" in value
        self.made.values[name] = value

    def _keyword(self, text: str) -> None:
        self.cite("get_tickets.filter.keyword")
        self.made.nothing |= "\x00" in text
        self.made.values["keyword"] = text.casefold().replace(SEPARATOR, " ")

    def _number(self, name: str) -> int | None:
        if name not in self.given:
            return None
        number = notation.number(self.given[name])
        if number is None:
            raise errors.refusal("number", variable=name)
        return number

    def _tid_range(self) -> None:
        self.cite("get_tickets.range.tid")
        for name in ("start_tid", "end_tid"):
            number = self._number(name)
            if number is not None:
                self.made.values[name] = number

    def _cid_range(self) -> None:
        self.cite("get_tickets.range.cid_prefix")
        if "start_cid" in self.given:
            self.made.values["cid_from"] = _until_nul(self.given["start_cid"].casefold())
        if "end_cid" in self.given:
            prefix = self.given["end_cid"].casefold()
            before = after_prefix(prefix) if "\x00" not in prefix else _until_nul(prefix)
            if before is not None:
                self.made.values["cid_before"] = before

    def _wall(self, name: str) -> Any:
        text = self.given[name]
        self.cite("get_tickets.date.input")
        self.cite("get_tickets.date.zone")
        local = notation.wall(text, self.dialect["date_culture"])
        if local is None and not self.strict:
            local = notation.iso(text, self.zone)
            if local is not None:
                self.ctx.note(
                    "get_tickets.date.input", f"{name} is in ISO notation, which the page does not show", variable=name
                )
        if local is None:
            raise errors.refusal("date", variable=name)
        return local

    def _dates(self) -> None:
        self.cite("get_tickets.range.opening_time")
        self.cite("get_tickets.date.no_changed_since")
        self.cite("get_tickets.variable.names")
        if "start_date" in self.given:
            self.made.values["opened_from"] = instants.from_wall(self._wall("start_date"), self.zone)
        if "end_date" in self.given:
            self.made.values["opened_to"] = instants.from_wall(self._wall("end_date"), self.zone, later=True)

    def _due(self) -> None:
        self.cite("get_tickets.filter.due_date")
        start, after = notation.day(self._wall("due_date"), self.zone)
        if self.dialect["due_date_match"] == "same_day":
            self.made.values["due_from"] = start
        self.made.values["due_before"] = after

    # --- which part of them ---------------------------------------------------------------------------------------

    def _count_only(self) -> None:
        if "count_only" in self.given:
            self.cite("get_tickets.count.only")
        word = self.given.get("count_only", "N")
        if not self.strict and word in ("y", "n"):
            self.ctx.note("get_tickets.count.only", "count_only is Y or N in capitals", variable="count_only")
            word = word.upper()
        if word not in ("Y", "N"):
            raise errors.refusal("count_only")
        self.made.count_only = word == "Y"

    def _cut(self) -> None:
        made = self.made
        count, page = self._number("count"), self._page()
        if count is not None:
            if made.ranged:
                self.cite("get_tickets.range.count_first")
            if count < 1 and self.strict:
                raise errors.refusal("number", variable="count")
            made.most = max(count, 0)
        if page is None:
            return
        if count is None or self.given.get("tid") != "*":
            if self.strict:
                raise errors.refusal("page")
            self.ctx.note(
                "get_tickets.page.needs_star_and_count", "page is ignored without tid=* and count", variable="page"
            )
            return
        made.paged = True
        made.skip = (page - 1) * max(count, 0)  # get_tickets.page.base
        if not fits(made.skip):
            made.skip, made.most = 0, 0

    def _page(self) -> int | None:
        if "page" not in self.given:
            return None
        page = notation.number(self.given["page"])
        if page == 0 and self.dialect["page_zero"] == "as_first":
            self.cite("get_tickets.page.bad")
            return 1
        if page is None or page < 1:
            raise errors.refusal("number", "get_tickets.page.bad", variable="page")
        return page

    def _order(self) -> None:
        made, text = self.made, self.given.get("order")
        direction = self.given.get("order_direction", "").strip(" ").upper()
        if direction not in ("", "ASC", "DESC"):
            raise errors.refusal("order_direction")
        if text is None:
            if direction:
                self.cite("get_tickets.order.column")
                made.order, made.descending = "tid", direction == "DESC"
            return
        words = text.split(" ")
        words = [word for word in words if word]
        suffix = words[1].upper() if len(words) == 2 else ""
        if not 1 <= len(words) <= 2 or words[0].lower() not in OUTPUTS or suffix not in ("", "ASC", "DESC"):
            if any(mark in text for mark in _HOSTILE):
                self.ctx.note(
                    "get_tickets.order.allow_list",
                    f"order looks like SQL: {text[:80]!r}; it is compared with names, never run",
                )
            raise errors.refusal("order")
        if suffix and direction:
            self.cite("get_tickets.order.both")
            if suffix != direction:
                if self.strict:
                    raise errors.refusal("order", "get_tickets.order.both")
                self.ctx.note(
                    "get_tickets.order.both", f"order says {suffix}, order_direction {direction}: the suffix wins"
                )
        made.order, made.descending = words[0].lower(), (suffix or direction) == "DESC"
        if made.order != "tid" or suffix or direction:
            self.cite("get_tickets.order.column")
        if words[0] not in OUTPUTS or made.order not in INTEGERS:
            self.cite("get_tickets.order.allow_list")


_SELECTING = frozenset(VARIABLES) - {"tid", "count", "count_only", "page", "order", "order_direction"}
"""What selects tickets by itself (get_tickets.tid.missing)."""


def _until_nul(text: str) -> str:
    """The bound that compares with texts without NUL like `text` does."""
    head, nul, _ = text.partition("\x00")
    return head + _NEXT_START if nul else head


def after_prefix(prefix: str) -> str | None:
    """The least text above all that begin with `prefix`, by code point; None when there is none."""
    while prefix:
        last = ord(prefix[-1]) + 1
        if 0xD800 <= last <= 0xDFFF:
            last = 0xE000
        if last <= 0x10FFFF:
            return prefix[:-1] + chr(last)
        prefix = prefix[:-1]
    return None
