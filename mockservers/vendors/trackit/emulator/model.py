"""The tables of Track-It!: tickets, what hangs on them, and the records they link to.

Times are whole microseconds on SQL Server's grid. Knows no request and no notation of the wire.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.ids import Ids
from mockservers.kernel.installation import Installation
from mockservers.kernel.operations import Context
from mockservers.kernel.sessions import Session, Sessions
from mockservers.kernel.store import Instant, Text
from mockservers.kernel.tenants import Tenant
from mockservers.vendors.trackit.emulator import fields
from mockservers.vendors.trackit.emulator.fields import LINKS, OWN, Field

METADATA = sa.MetaData()
SESSIONS = Sessions(METADATA)
ACCESS, REFRESH = "access", "refresh"

_TYPES: Mapping[str, Any] = {
    "integer": sa.BigInteger,
    "decimal": sa.BigInteger,
    "datetime": Instant,
    "boolean": sa.Boolean,
    "text": Text,
}


def _records(name: str, own: Iterable[Field], links: Iterable[str]) -> sa.Table:
    """A table of records that have fields of their own by number, links, and notes."""
    return sa.Table(
        name,
        METADATA,
        sa.Column("tenant", Text, primary_key=True),
        *(sa.Column(each.column, _TYPES[each.form], primary_key=each.number == 1, autoincrement=False) for each in own),
        *(sa.Column(f"l_{link}", sa.BigInteger) for link in links),
        sa.Column("notes", sa.Integer, nullable=False),
        sa.Column("user_notes", sa.Integer, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Index(f"{name}_revision", "revision"),
    )


def _notes(name: str, owner: str) -> sa.Table:
    """A table of notes, counted per owner without gaps (`place`, and `user_place` without the system's), so that a page is
    a range."""
    return sa.Table(
        name,
        METADATA,
        sa.Column("tenant", Text, primary_key=True),
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column(owner, sa.BigInteger, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("user_place", sa.Integer),
        sa.Column("modified", Instant, nullable=False),
        sa.Column("last_user", Text, nullable=False),
        sa.Column("group", sa.BigInteger),
        sa.Column("text", Text),
        sa.Column("date", Instant, nullable=False),
        sa.Column("technician", sa.BigInteger),
        sa.Column("requestor", sa.BigInteger),
        sa.Column("duration", sa.BigInteger, nullable=False),
        sa.Column("activity", sa.BigInteger),
        sa.Column("type", sa.BigInteger),
        sa.Column("system", sa.Boolean, nullable=False),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("inactive", sa.Boolean, nullable=False),
        sa.Column("track_time", sa.Boolean, nullable=False),
        sa.Column("email", Text),
        sa.Column("email_key", sa.BigInteger),
        sa.Column("old_id", sa.BigInteger),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Index(f"{name}_place", "tenant", owner, "place", unique=True),
        sa.Index(f"{name}_user_place", "tenant", owner, "user_place"),
        sa.Index(f"{name}_revision", "revision"),
    )


TICKETS = _records("ticket", OWN, LINKS)
"""A ticket: its own fields by number, its links, how many notes it has. A revision is never used twice."""
NOTES = _notes("note", "ticket")

_OF_ASSIGNMENTS = tuple(fields.ASSIGNMENT.values())
ASSIGNMENTS = _records(
    "assignment",
    (each for each in _OF_ASSIGNMENTS if each.link is None),
    dict.fromkeys(each.link for each in _OF_ASSIGNMENTS if each.link is not None),
)
"""An assignment, like a ticket, of which it is a part (`f6`)."""
sa.Index("assignment_ticket", ASSIGNMENTS.c.tenant, ASSIGNMENTS.c.f6, ASSIGNMENTS.c.f1)
ASSIGNMENT_NOTES = _notes("assignment_note", "assignment")

SUCCESSIONS = sa.Table(
    "succession",
    METADATA,
    sa.Column("tenant", Text, primary_key=True),
    sa.Column("first", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("next", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("status", sa.BigInteger),
    sa.Index("succession_next", "tenant", "next", "first"),
)
"""Which assignment comes after which, and the status that it gets when the one before it is closed."""

ATTACHMENTS = sa.Table(
    "attachment",
    METADATA,
    sa.Column("tenant", Text, primary_key=True),
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("module", Text, nullable=False),
    sa.Column("owner", sa.BigInteger, nullable=False),
    sa.Column("size", sa.BigInteger),
    sa.Column("name", Text),
    sa.Column("url", Text),
    sa.Column("content", Text),
    sa.Index("attachment_owner", "tenant", "module", "owner", "id"),
)
"""Files of tickets, assignments and solutions (`module`, `owner`). `content` is base64; without it content is made up."""

ENTRIES = sa.Table(
    "entry",
    METADATA,
    sa.Column("tenant", Text, primary_key=True),
    sa.Column("module", Text, primary_key=True),
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("facts", Text, nullable=False),
)
"""What tickets link to, by module: groups, technicians, requestors, statuses, activity codes and so on."""

NUMBERS = sa.Table(
    "number",
    METADATA,
    sa.Column("tenant", Text, primary_key=True),
    sa.Column("name", Text, primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)
"""The last number given in each series: that of a deleted record is not given again."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record that has notes, which name it in a column of its name."""

    name: str
    table: sa.Table
    notes: sa.Table
    fields: Mapping[int, Field]

    @property
    def owner(self) -> Any:
        """The column of a note that names its record."""
        return self.notes.c[self.name]

    @property
    def series(self) -> str:
        """The series from which the numbers of its notes come."""
        return self.notes.name


TICKET = Kind("ticket", TICKETS, NOTES, fields.TICKET)
ASSIGNMENT = Kind("assignment", ASSIGNMENTS, ASSIGNMENT_NOTES, fields.ASSIGNMENT)
KINDS = (TICKET, ASSIGNMENT)


# --- directory --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Directory:
    """The records of a tenant that tickets link to: facts by module and number."""

    modules: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)
    _found: dict[tuple[str, str], dict[Any, int]] = field(default_factory=dict)

    def __getitem__(self, module: str) -> Mapping[int, dict[str, Any]]:
        return self.modules.get(module, {})

    def get(self, module: str, id_: int | None) -> Mapping[str, Any]:
        """The facts of a record; empty for one that is not there."""
        return self.modules.get(module, {}).get(id_, {}) if id_ is not None else {}

    def find(self, module: str, attribute: str, value: Any) -> int | None:
        """The record whose attribute has this value, the lowest number of several; text is compared without case."""
        key = (module, attribute)
        if key not in self._found:
            known: dict[Any, int] = {}
            for id_, facts in sorted(self[module].items()):
                if facts.get(attribute) is not None:
                    known.setdefault(_folded(facts[attribute]), id_)
            self._found[key] = known
        return self._found[key].get(_folded(value))


def _folded(value: Any) -> Any:
    return value.strip().casefold() if isinstance(value, str) else value


_ENTRIES = sa.select(ENTRIES.c.module, ENTRIES.c.id, ENTRIES.c.facts).where(ENTRIES.c.tenant == sa.bindparam("tenant"))


def directory(ctx: Context) -> Directory:
    """The directory of the call's tenant; kept for later calls unless this one changes it and may yet be taken back."""
    assert ctx.tenant is not None
    key = ("trackit.directory", ctx.tenant.name)
    found: Directory | None = ctx.installation.cache.get(key)
    if found is None:
        found = _read(_entries(ctx))
        if not changing(ctx):
            ctx.installation.cache[key] = found
    return found


def directory_of(there: Installation, tenant: Tenant) -> Directory:
    """The directory of a tenant as it is between two calls."""
    with there.store.transaction() as db:
        return _read(_rows(db, there, tenant))


def _read(rows: Sequence[Any]) -> Directory:
    found = Directory()
    for module, id_, facts in rows:
        found.modules.setdefault(module, {})[id_] = json.loads(facts)
    return found


def _entries(ctx: Context) -> Sequence[Any]:
    assert ctx.tenant is not None
    return _rows(ctx.db, ctx.installation, ctx.tenant)


def _rows(db: sa.Connection, there: Installation, tenant: Tenant) -> Sequence[Any]:
    """The rows of the tenant's directory; a tenant that was added later has the first one's until it changes something."""
    own = db.execute(_ENTRIES, {"tenant": tenant.name}).all()
    return own or db.execute(_ENTRIES, {"tenant": there.tenants.first.name}).all()


_CHANGING = "trackit.changing"


def forget(ctx: Context) -> None:
    """Forget all that was derived from labels and directory, because this call changes them."""
    ctx.installation.cache.clear()
    ctx.installation.cache[_CHANGING] = ctx.entry.n


def changing(ctx: Context) -> bool:
    """Whether this call changed labels or directory: what it sees of them is not certain before it has ended."""
    return bool(ctx.installation.cache.get(_CHANGING) == ctx.entry.n)


def enter(ctx: Context, module: str, id_: int, facts: Mapping[str, Any]) -> None:
    """Put a record into the directory, or change it; everything rendered from it is forgotten."""
    assert ctx.tenant is not None
    mine = ENTRIES.c.tenant == ctx.tenant.name
    if ctx.db.execute(sa.select(ENTRIES.c.id).where(mine).limit(1)).first() is None:
        insert(ctx, ENTRIES, [{"tenant": ctx.tenant.name, **row._mapping} for row in _entries(ctx)])
    ctx.db.execute(sa.delete(ENTRIES).where(mine, ENTRIES.c.module == module, ENTRIES.c.id == id_))
    ctx.db.execute(
        sa.insert(ENTRIES), {"tenant": ctx.tenant.name, "module": module, "id": id_, "facts": json.dumps(facts)}
    )
    forget(ctx)


# --- sessions ---------------------------------------------------------------------------------------------------------

_SESSIONS = "trackit.sessions"
_MOST_SESSIONS = 1000


def session(ctx: Context, token: str) -> Session | None:
    """The session of an access token, kept until some session ends."""
    known: dict[str, Session] = ctx.installation.cache.setdefault(_SESSIONS, {})
    found = known.get(token)
    if found is None:
        found = SESSIONS.find(ctx, ACCESS, token)
        if found is not None:
            if len(known) >= _MOST_SESSIONS:
                known.clear()
            known[token] = found
    return found


def end_sessions(ctx: Context, *conditions: sa.ColumnElement[bool]) -> None:
    """End sessions that meet the conditions."""
    SESSIONS.end(ctx, *conditions)
    ctx.installation.cache.pop(_SESSIONS, None)


# --- numbers ----------------------------------------------------------------------------------------------------------

_NUMBER = sa.select(NUMBERS.c.value).where(
    NUMBERS.c.tenant == sa.bindparam("tenant"), NUMBERS.c.name == sa.bindparam("name")
)
_COUNT = (
    sa.update(NUMBERS)
    .where(NUMBERS.c.tenant == sa.bindparam("tenant_"), NUMBERS.c.name == sa.bindparam("name_"))
    .values(value=sa.bindparam("value_"))
)


def number(ctx: Context, name: str) -> int:
    """The next number of a series (`ticket`, `note`, a module ...)."""
    assert ctx.tenant is not None
    last = ctx.db.execute(_NUMBER, {"tenant": ctx.tenant.name, "name": name}).scalar()
    if last is None:
        ctx.db.execute(sa.insert(NUMBERS), {"tenant": ctx.tenant.name, "name": name, "value": 1})
        return 1
    ctx.db.execute(_COUNT, {"tenant_": ctx.tenant.name, "name_": name, "value_": last + 1})
    return int(last) + 1


_REVISION = "trackit.revision"


def revision(ctx: Context) -> int:
    """A revision that was never used before, not even by a change that was taken back."""
    counters = ctx.installation.ids.counters
    if not ctx.installation.cache.get(_REVISION):
        # A file may know of later revisions than the counters that were saved into it.
        tables = [table for kind in KINDS for table in (kind.table, kind.notes)]
        last = [ctx.db.execute(sa.select(sa.func.max(table.c.revision))).scalar() or 0 for table in tables]
        counters[_REVISION] = max(*last, counters.get(_REVISION, 0))
        ctx.installation.cache[_REVISION] = True
    counters[_REVISION] += 1
    return counters[_REVISION]


# --- rows -------------------------------------------------------------------------------------------------------------

_TENANT: Any = sa.bindparam("tenant")
_ID: Any = sa.bindparam("id")
_MARK = sa.select(TICKETS.c.revision, TICKETS.c.l_group, TICKETS.c.notes, TICKETS.c.user_notes).where(
    TICKETS.c.tenant == _TENANT, TICKETS.c.f1 == _ID
)
_TICKET = sa.select(TICKETS).where(TICKETS.c.tenant == _TENANT, TICKETS.c.f1 == _ID)
_ASSIGNMENT = sa.select(ASSIGNMENTS).where(ASSIGNMENTS.c.tenant == _TENANT, ASSIGNMENTS.c.f1 == _ID)
_ASSIGNED = sa.select(ASSIGNMENTS.c.f1).where(ASSIGNMENTS.c.tenant == _TENANT, ASSIGNMENTS.c.f6 == _ID)
_NOTE = {
    kind.name: sa.select(kind.notes).where(kind.notes.c.tenant == _TENANT, kind.notes.c.id == _ID) for kind in KINDS
}


def mark(ctx: Context, id_: int) -> Any:
    """Revision, group and numbers of notes of a ticket: enough to know whether it is visible and rendered already."""
    assert ctx.tenant is not None
    return ctx.db.execute(_MARK, {"tenant": ctx.tenant.name, "id": id_}).one_or_none()


def ticket(ctx: Context, id_: int) -> Row | None:
    assert ctx.tenant is not None
    found = ctx.db.execute(_TICKET, {"tenant": ctx.tenant.name, "id": id_}).one_or_none()
    return None if found is None else dict(found._mapping)


def assignment(ctx: Context, id_: int) -> Row | None:
    assert ctx.tenant is not None
    found = ctx.db.execute(_ASSIGNMENT, {"tenant": ctx.tenant.name, "id": id_}).one_or_none()
    return None if found is None else dict(found._mapping)


def note(ctx: Context, id_: int, kind: Kind = TICKET) -> Any:
    assert ctx.tenant is not None
    return ctx.db.execute(_NOTE[kind.name], {"tenant": ctx.tenant.name, "id": id_}).one_or_none()


def insert(ctx: Context, table: sa.Table, rows: Iterable[Mapping[str, Any]]) -> None:
    ctx.db.execute(sa.insert(table), list(rows))


def change(ctx: Context, id_: int, values: Mapping[str, Any], kind: Kind = TICKET) -> None:
    """Change columns of a ticket or an assignment."""
    assert ctx.tenant is not None
    where = {"of_tenant": ctx.tenant.name, "of": id_}
    ctx.db.execute(_changing(kind.table, tuple(sorted(values))), {**values, **where})


@lru_cache(maxsize=512)
def _changing(table: sa.Table, names: tuple[str, ...]) -> sa.Update:
    mine = (table.c.tenant == sa.bindparam("of_tenant"), table.c.f1 == sa.bindparam("of"))
    return sa.update(table).where(*mine).values({name: sa.bindparam(name) for name in names})


def remove(ctx: Context, id_: int) -> None:
    """Take a ticket away, with all that hangs on it."""
    for (assignment_,) in ctx.db.execute(_ASSIGNED, {"tenant": _tenant(ctx), "id": id_}).all():
        remove_assignment(ctx, assignment_)
    _remove(ctx, id_, TICKET)


def remove_assignment(ctx: Context, id_: int) -> None:
    """Take an assignment away, with its notes, files and links."""
    table = SUCCESSIONS
    ends = (table.c.first == id_) | (table.c.next == id_)
    ctx.db.execute(sa.delete(table).where(table.c.tenant == _tenant(ctx), ends))
    _remove(ctx, id_, ASSIGNMENT)


def _remove(ctx: Context, id_: int, kind: Kind) -> None:
    name, files = _tenant(ctx), ATTACHMENTS.c
    ctx.db.execute(sa.delete(kind.table).where(kind.table.c.tenant == name, kind.table.c.f1 == id_))
    ctx.db.execute(sa.delete(kind.notes).where(kind.notes.c.tenant == name, kind.owner == id_))
    ctx.db.execute(sa.delete(ATTACHMENTS).where(files.tenant == name, files.module == kind.name, files.owner == id_))


def _tenant(ctx: Context) -> str:
    assert ctx.tenant is not None
    return ctx.tenant.name


EMPTY: Row = {**{column.name: None for column in TICKETS.columns}, "notes": 0, "user_notes": 0, "f102": False}
EMPTY_ASSIGNMENT: Row = {
    **{column.name: None for column in ASSIGNMENTS.columns},
    "notes": 0,
    "user_notes": 0,
    "f102": False,
}


def new_counters(ids: Ids, last: int) -> None:
    """Begin revisions after those that a recipe used."""
    ids.counters[_REVISION] = last
