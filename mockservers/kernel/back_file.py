"""Large back-files: a demo of very many tickets is one of some thousand, and earlier tickets that are like those.

Making a million tickets one by one takes minutes and holds them in memory. So only the core is made by a vendor's recipe,
and the database itself copies old tickets of it with all that hangs on them, under free numbers just below theirs and some
seconds earlier. A copy stays within the clock hours of its original, so days, office hours and whatever else follows from
times still agree. What happens at the desk in the present is that of the core: more tickets mean more past.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.instants import HOUR, SECOND
from mockservers.kernel.operations import Progress, Recipe

LARGE = 100_000
"""Demos of more tickets are made of a core and copies."""
CORE = 10_000
"""Tickets that are made one by one."""
ORIGINALS = 8_000
"""Tickets of the core that are copied."""
_AT_ONCE = 20_000
"""Copies of tickets that are written by one statement."""


@dataclass(frozen=True)
class Plan:
    """How `rows` tickets are made: `core` of them one by one, `stride` numbers apart, and the others as copies."""

    rows: int
    core: int
    originals: int
    stride: int

    @property
    def copies(self) -> int:
        return self.rows - self.core


def is_large(recipe: Recipe) -> bool:
    return recipe.rows is not None and recipe.rows > LARGE


def plan(rows: int, originals: int | None = None) -> Plan:
    """How a demo of `rows` tickets is made; of a small one all tickets are core, and numbers follow each other."""
    originals = min(ORIGINALS, originals or ORIGINALS)
    if rows <= LARGE:
        return Plan(rows, rows, 0, 1)
    return Plan(rows, CORE, originals, 1 - (CORE - rows) // originals)


@dataclass(frozen=True)
class Copy:
    """One copy inside a statement: of which `ticket`, which of its copies from 1 on, and how much earlier it is."""

    ticket: Any
    turn: Any
    earlier: Any


@dataclass(frozen=True)
class Kin:
    """A table of which rows are copied with their tickets; the first of several holds the tickets themselves.

    `ticket` is its column with a ticket's number, `numbers` are further ones that count in strides, `times` what is earlier
    in a copy, `changed` what follows from something else, `absent` what the database fills in.
    """

    table: sa.Table
    ticket: str
    numbers: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    changed: Mapping[str, Callable[[Any, Copy], Any]] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    where: Any = None
    order: str | None = None


def _of(kin: Kin) -> Any:
    return sa.true() if kin.where is None else kin.where


_TEMPORARY = sa.MetaData()
_ORIGINALS = sa.Table(
    "mock_original",
    _TEMPORARY,
    sa.Column("ticket", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("copies", sa.Integer, nullable=False),
    sa.Column("seconds", sa.Integer, nullable=False),
    prefixes=["TEMPORARY"],
)
"""Tickets to be copied, how often, and by how many seconds at most their copies may be earlier."""
_TURNS = sa.Table(
    "mock_turn",
    _TEMPORARY,
    sa.Column("turn", sa.Integer, primary_key=True, autoincrement=False),
    prefixes=["TEMPORARY"],
)
_COPY = Copy(
    _ORIGINALS.c.ticket,
    _TURNS.c.turn,
    (_ORIGINALS.c.seconds * _TURNS.c.turn // (_ORIGINALS.c.copies + 1)) * sa.literal(SECOND, sa.BigInteger),
)


def fill(
    db: sa.Connection,
    tenant: str,
    wanted: Plan,
    kin: Sequence[Kin],
    progress: Progress,
    *,
    eligible: Any,
    unit: str | None = None,
    fits: Callable[[Mapping[str, Any]], bool] | None = None,
) -> None:
    """Copy tickets until there are as many as planned.

    `eligible` says in SQL which tickets of the core may be copied, and `fits` by its row. Rows of the same `unit` (a column)
    are one ticket in several versions, and copied together.
    """
    tickets = kin[0]
    units = _units(db, tenant, tickets, eligible, unit or tickets.ticket, fits)
    originals = _shared(units, wanted)
    seconds = _seconds(db, tenant, kin, [each for each in units if each[0] in originals])
    indexes = [index for each in kin for index in each.table.indexes]
    for index in indexes:  # made at the end, from sorted rows
        index.drop(db)
    temporary = sa.MetaData()
    for table in (_ORIGINALS, _TURNS):
        table.to_metadata(temporary)
    staged = [_stage(each, temporary) for each in kin]
    temporary.create_all(db, checkfirst=False)
    rows = [{"ticket": id_, "copies": many, "seconds": seconds[id_]} for id_, many in originals.items()]
    db.execute(sa.insert(_ORIGINALS), rows)
    db.execute(sa.insert(_TURNS), [{"turn": n} for n in range(1, wanted.stride)])
    statements = []
    for each, stage in zip(kin, staged, strict=True):
        db.execute(_staging(tenant, each, stage))
        statements.append(_statement(each, stage))
    done = wanted.core
    for low, high, many in _slices(originals):
        for statement in statements:
            db.execute(statement, {"low": low, "high": high})
        done += many
        progress(done, wanted.rows)
    temporary.drop_all(db, checkfirst=False)
    for index in indexes:
        index.create(db)


def _units(
    db: sa.Connection,
    tenant: str,
    tickets: Kin,
    eligible: Any,
    unit: str,
    fits: Callable[[Mapping[str, Any]], bool] | None,
) -> list[list[int]]:
    """The numbers of tickets that may be copied, ascending, versions of the same together."""
    columns = tickets.table.c
    found = sa.select(tickets.table).where(columns.tenant == tenant, eligible).order_by(columns[tickets.ticket])
    units: dict[Any, list[int]] = {}
    for found_row in db.execute(found).mappings():
        row = dict(found_row)
        if fits is None or fits(row):
            units.setdefault(row[unit], []).append(row[tickets.ticket])
    return list(units.values())


def _shared(units: Sequence[Sequence[int]], wanted: Plan) -> dict[int, int]:
    """How many copies of each ticket there are to be, so that all together are as many as are wanted."""
    chosen: list[Sequence[int]] = []
    left = wanted.originals
    for unit in units:
        if len(unit) <= left:
            chosen.append(unit)
            left -= len(unit)
    if left:
        raise AssertionError(f"{wanted.originals} tickets are to be copied, and {left} of them are not there")
    each, more = divmod(wanted.copies, wanted.originals)
    shared: dict[int, int] = {}
    for unit in chosen:
        further = int(len(unit) <= more)
        more -= further * len(unit)
        shared.update(dict.fromkeys(unit, each + further))
    assert sum(shared.values()) == wanted.copies, "no single ticket was left for the last copy"
    return dict(sorted(shared.items()))


def _seconds(db: sa.Connection, tenant: str, kin: Sequence[Kin], units: Sequence[Sequence[int]]) -> dict[int, int]:
    """By how many seconds everything of a ticket, in all its versions, can have been earlier within the same hours."""
    found = {id_: HOUR for unit in units for id_ in unit}
    for each in kin:
        if not each.times:
            continue
        columns = [each.table.c[each.ticket], *(each.table.c[name] for name in each.times)]
        for id_, *times in db.execute(sa.select(*columns).where(each.table.c.tenant == tenant, _of(each))):
            if id_ in found:
                found[id_] = min(found[id_], *(at % HOUR for at in times if at is not None))
    return {id_: min(found[each] for each in unit) // SECOND for unit in units for id_ in unit}


def _stage(kin: Kin, temporary: sa.MetaData) -> sa.Table:
    """A table for the rows that are copied, apart from the many that come of them."""
    name = f"mock_{kin.table.name}"
    columns = [sa.Column(each.name, each.type) for each in kin.table.c]
    return sa.Table(name, temporary, *columns, sa.Index(f"{name}_of", kin.ticket), prefixes=["TEMPORARY"])


def _staging(tenant: str, kin: Kin, stage: sa.Table) -> Any:
    table = kin.table
    copied = sa.select(table).join(_ORIGINALS, table.c[kin.ticket] == _ORIGINALS.c.ticket)
    copied = copied.where(table.c.tenant == tenant, _of(kin)).order_by(_ORIGINALS.c.ticket)
    return sa.insert(stage).from_select([each.name for each in table.c], copied)


def _statement(kin: Kin, stage: sa.Table) -> Any:
    names = [column.name for column in stage.c if column.name not in kin.absent]

    def value(name: str) -> Any:
        column = stage.c[name]
        if name in kin.changed:
            return kin.changed[name](column, _COPY)
        if name == kin.ticket or name in kin.numbers:
            return column - _COPY.turn
        return column - _COPY.earlier if name in kin.times else column

    copied = (
        sa.select(*(value(name) for name in names))
        .select_from(_ORIGINALS.join(_TURNS, sa.true()).join(stage, stage.c[kin.ticket] == _ORIGINALS.c.ticket))
        .where(
            _ORIGINALS.c.ticket.between(sa.bindparam("low"), sa.bindparam("high")), _TURNS.c.turn <= _ORIGINALS.c.copies
        )
        .order_by(_ORIGINALS.c.ticket, _TURNS.c.turn.desc(), *([stage.c[kin.order]] if kin.order else []))
    )
    return sa.insert(kin.table).from_select(names, copied)


def _slices(originals: Mapping[int, int]) -> Iterator[tuple[int, int, int]]:
    """Ranges of tickets of which about the same number of copies is made."""
    low: int | None = None
    many = 0
    for id_, copies in originals.items():
        low = id_ if low is None else low
        many += copies
        if many >= _AT_ONCE:
            yield low, id_, many
            low, many = None, 0
    if low is not None:
        yield low, max(originals), many
