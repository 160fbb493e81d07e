"""The tables of SuperOffice, made from the catalogue: tickets, their messages, and the directory of what they refer to.

Knows no request and no notation of the wire. A ticket's row holds what belongs to it alone; names come from the directory.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from mockservers.kernel import catalogue, instants
from mockservers.kernel.operations import Context
from mockservers.kernel.sessions import Sessions
from mockservers.kernel.store import Instant, Text
from mockservers.vendors.superoffice import VENDOR

CATALOGUE = catalogue.load(VENDOR.name)
TICKET = CATALOGUE["Ticket"]
PROPERTIES: tuple[str, ...] = tuple(field.name for field in TICKET.fields)
ENUMS: Mapping[str, Mapping[str, int]] = CATALOGUE.facts["enums"]
ENUMERATED: Mapping[str, str] = {f.name: f.more["enum"] for f in TICKET.fields if "enum" in f.more}
DATES: tuple[str, ...] = tuple(field.name for field in TICKET.fields if field.type == "datetime")
INTEGERS: frozenset[str] = frozenset(field.name for field in TICKET.fields if field.type == "integer")
LENGTHS: Mapping[str, int] = {field.name: field.length for field in TICKET.fields if field.length}
JOINED = frozenset(
    {field.name for field in TICKET.fields if field.read_only}
    | {"ContactId", "OwnedByAssociateId", "TableRight", "FieldProperties"}
)
"""Properties that follow from others and the directory; they have no column."""
STORED: tuple[str, ...] = tuple(name for name in PROPERTIES if name not in JOINED)
LARGEST_ID = 2**31 - 1

SYSTEM_USER = 1
"""Creator of what comes from outside, owner of what nobody owns."""
NO_PERSON = -1

UNSET: dict[str, Any] = {
    name: None if name in DATES else 0 if name in INTEGERS else False if name == "HasAttachment" else ""
    for name in STORED
} | {
    "CreatedBy": SYSTEM_USER,
    "OwnedBy": SYSTEM_USER,
    "CustId": NO_PERSON,
    "Slevel": "Unknown",
    "BaseStatus": "Unknown",
    "Origin": "Unknown",
    "ReadStatus": "Unknown",
}
"""A ticket of which nothing is known."""

METADATA = sa.MetaData()
SESSIONS = Sessions(METADATA)


def _column(name: str) -> sa.Column[Any]:
    if name in DATES:
        return sa.Column(name, Instant)
    if name in INTEGERS:
        return sa.Column(
            name, sa.Integer, nullable=name == "CustId", primary_key=name == "TicketId", autoincrement=False
        )
    if name == "HasAttachment":
        return sa.Column(name, sa.Boolean, nullable=False)
    return sa.Column(name, Text, nullable=False)


TICKETS = sa.Table(
    "ticket",
    METADATA,
    sa.Column("tenant", Text, primary_key=True),
    *(_column(name) for name in STORED),
    sa.Column("right", Text),
    sa.Column("status_since", Instant),
    sa.Column("deleted", Instant),
    sa.Column("due", Instant),
    sa.Column("extra", Text, nullable=False),
    sa.Column("revision", sa.BigInteger, nullable=False),
    sa.Index("ticket_changed", "tenant", "LastChanged", "TicketId"),
    sa.Index("ticket_due", "tenant", "due"),
    sa.Index("ticket_person", "tenant", "CustId", "TicketId"),
)
"""`right` is the row's own right (JSON), or null; `due` is when time will change the ticket; `extra` what only the entity
has. A revision is never used twice."""

MESSAGES = sa.Table(
    "message",
    METADATA,
    sa.Column("tenant", Text, primary_key=True),
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("ticket", sa.Integer, nullable=False),
    sa.Column("created", Instant, nullable=False),
    sa.Column("created_by", sa.Integer, nullable=False),
    sa.Column("author", Text, nullable=False),
    sa.Column("external", sa.Boolean, nullable=False),
    sa.Column("minutes", sa.Integer, nullable=False),
    sa.Column("body", Text, nullable=False),
    sa.Column("language", Text, nullable=False),
    sa.Column("sentiment", sa.Integer, nullable=False),
    sa.Column("confidence", sa.Integer, nullable=False),
    sa.Column("important", sa.Boolean, nullable=False),
    sa.Column("person", sa.Integer, nullable=False),
    sa.Index("message_ticket", "tenant", "ticket", "id"),
)

ATTACHMENTS = sa.Table(
    "attachment",
    METADATA,
    sa.Column("tenant", Text, primary_key=True),
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("ticket", sa.Integer, nullable=False),
    sa.Column("message", sa.Integer, nullable=False),
    sa.Column("name", Text, nullable=False),
    sa.Column("content_type", Text, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("inline", sa.Boolean, nullable=False),
    sa.Column("content_id", Text, nullable=False),
    sa.Column("content", sa.LargeBinary),
    sa.Index("attachment_ticket", "tenant", "ticket", "id"),
    sa.Index("attachment_message", "tenant", "message", "id"),
)
"""Files of messages; ticket and message are 0 as long as one hangs on none. Without content it is a sample, by its name."""

DIRECTORY = sa.Table(
    "directory",
    METADATA,
    sa.Column("tenant", Text, primary_key=True),
    sa.Column("kind", Text, primary_key=True),
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", Text, nullable=False),
    sa.Column("facts", Text, nullable=False),
)
"""What tickets refer to, by kind: status, priority, category, type, user, person, contact, sale, project."""

REFERENCES: Mapping[str, str] = {
    "TicketStatus": "status",
    "Priority": "priority",
    "Category": "category",
    "TicketTypeId": "type",
    "CreatedBy": "user",
    "OwnedBy": "user",
    "CustId": "person",
    "SaleId": "sale",
    "ProjectId": "project",
}
"""Columns that lead to the directory, and to which kind."""


# --- directory --------------------------------------------------------------------------------------------------------


class Named(NamedTuple):
    """An entry of the directory."""

    id: int
    name: str
    facts: Mapping[str, Any]


NOBODY = Named(0, "", {})


@dataclass(frozen=True, slots=True)
class Directory:
    """All entries of a tenant, by kind and number."""

    kinds: Mapping[str, Mapping[int, Named]]

    def get(self, kind: str, id_: int | None) -> Named:
        """An entry, or one without a name where there is none."""
        return self.kinds.get(kind, {}).get(id_ or 0, NOBODY)

    def all(self, kind: str) -> Sequence[Named]:
        return list(self.kinds.get(kind, {}).values())

    def category_path(self, id_: int) -> list[str]:
        """The names from the top category down (superoffice.carrier.category)."""
        names: list[str] = []
        seen: set[int] = set()
        while id_ and id_ not in seen:
            seen.add(id_)
            here = self.get("category", id_)
            names.append(here.name)
            id_ = int(here.facts.get("parent", 0))
        return names[::-1]

    def status_of(self, base: str) -> Named:
        """The status that tickets of a base status get: the default one, else the first that maps to it."""
        fitting = [each for each in self.all("status") if each.facts.get("base") == base]
        return next((each for each in fitting if each.facts.get("default")), fitting[0] if fitting else NOBODY)


_ENTRIES = (
    sa.select(DIRECTORY).where(DIRECTORY.c.tenant == sa.bindparam("tenant")).order_by(DIRECTORY.c.kind, DIRECTORY.c.id)
)


def read_directory(db: sa.Connection, tenant: str) -> Directory:
    """The directory as the database has it at this moment."""
    kinds: dict[str, dict[int, Named]] = {}
    for row in db.execute(_ENTRIES, {"tenant": tenant}):
        kinds.setdefault(row.kind, {})[row.id] = Named(row.id, row.name, json.loads(row.facts))
    return Directory(kinds)


def directory(ctx: Context) -> Directory:
    """The directory of the call's tenant, kept between calls.

    Whoever changes it empties the cache of the installation, and reads it by `read_directory` in that very call: what it
    sees may yet be undone.
    """
    tenant = tenant_name(ctx)
    key = (VENDOR.name, "directory", tenant)
    found: Directory | None = ctx.installation.cache.get(key)
    if found is None:
        found = ctx.installation.cache[key] = read_directory(ctx.db, tenant)
    return found


def tenant_name(ctx: Context) -> str:
    assert ctx.tenant is not None
    return ctx.tenant.name


def entry_rows(tenant: str, kind: str, entries: Iterable[Named]) -> list[dict[str, Any]]:
    """Entries as rows of the directory."""
    return [
        {"tenant": tenant, "kind": kind, "id": each.id, "name": each.name, "facts": json.dumps(each.facts)}
        for each in entries
    ]


def enter(db: sa.Connection, tenant: str, kind: str, entries: Iterable[Named]) -> None:
    """Write entries of the directory, in place of those with the same number."""
    rows = entry_rows(tenant, kind, entries)
    for start in range(0, len(rows), 500):
        part = rows[start : start + 500]
        ids = [each["id"] for each in part]
        db.execute(
            sa.delete(DIRECTORY).where(DIRECTORY.c.tenant == tenant, DIRECTORY.c.kind == kind, DIRECTORY.c.id.in_(ids))
        )
        db.execute(sa.insert(DIRECTORY), part)


# --- tickets ----------------------------------------------------------------------------------------------------------

_BY_IDS = sa.select(TICKETS).where(
    TICKETS.c.tenant == sa.bindparam("tenant"), TICKETS.c.TicketId.in_(sa.bindparam("ids", expanding=True))
)
_HEADS = sa.select(TICKETS.c.TicketId, TICKETS.c.revision, TICKETS.c.deleted).where(
    TICKETS.c.tenant == sa.bindparam("tenant"), TICKETS.c.TicketId.in_(sa.bindparam("ids", expanding=True))
)
_DUE = sa.select(TICKETS).where(TICKETS.c.tenant == sa.bindparam("tenant"), TICKETS.c.due <= sa.bindparam("now"))
_EARLIEST = sa.select(sa.func.min(TICKETS.c.due)).where(TICKETS.c.tenant == sa.bindparam("tenant"))
AT_ONCE = 500
"""Ids in one statement: databases limit its parameters."""


def _in_parts(db: sa.Connection, statement: Any, tenant: str, ids: Sequence[int]) -> Iterator[Any]:
    for start in range(0, len(ids), AT_ONCE):
        yield from db.execute(statement, {"tenant": tenant, "ids": ids[start : start + AT_ONCE]})


def rows(db: sa.Connection, tenant: str, ids: Sequence[int]) -> dict[int, Any]:
    """The rows of tickets by number, deleted ones too."""
    return {row.TicketId: row for row in _in_parts(db, _BY_IDS, tenant, ids)}


Head = tuple[int, int | None]
"""A ticket's revision, and when it was deleted."""


def heads(ctx: Context, ids: Sequence[int]) -> dict[int, Head]:
    """The heads of tickets by number, without those that are not there.

    They are kept between calls until a ticket is written, and never those that a call sees of its own writing, which may yet be
    undone.
    """
    tenant = tenant_name(ctx)
    known: dict[int, Head | None] = ctx.installation.cache.setdefault((VENDOR.name, "heads", tenant), {})
    missing = [id_ for id_ in ids if id_ not in known]
    if missing:
        found: dict[int, Head] = {
            id_: (revision, deleted) for id_, revision, deleted in _in_parts(ctx.db, _HEADS, tenant, missing)
        }
        told = {id_: head for id_ in ids if (head := found.get(id_) or known.get(id_)) is not None}
        if ctx.installation.cache.get(_WRITER) == ctx.entry.n:
            return told
        if len(known) + len(missing) > MOST_HEADS:
            known.clear()
        if len(missing) <= MOST_HEADS:
            known.update((id_, found.get(id_)) for id_ in missing)
        return told
    return {id_: head for id_ in ids if (head := known[id_]) is not None}


_WRITER = (VENDOR.name, "writer")
MOST_HEADS = 200_000


def written(ctx: Context) -> None:
    """Forget what was kept of tickets: this call has written one."""
    cache, tenant = ctx.installation.cache, tenant_name(ctx)
    cache[_WRITER] = ctx.entry.n
    cache.pop((VENDOR.name, "heads", tenant), None)
    cache.pop((VENDOR.name, "due", tenant), None)


def due(ctx: Context) -> list[dict[str, Any]]:
    """The tickets that time has changed since they were last written.

    When the next of them is due is kept until a ticket is written: most calls need not ask.
    """
    tenant = tenant_name(ctx)
    key = (VENDOR.name, "due", tenant)
    earliest: int | None = ctx.installation.cache.get(key)
    if earliest is None:
        found = ctx.db.execute(_EARLIEST, {"tenant": tenant}).scalar()
        earliest = instants.LATEST + 1 if found is None else found
        if ctx.installation.cache.get(_WRITER) != ctx.entry.n:
            ctx.installation.cache[key] = earliest
    if earliest > ctx.now:
        return []
    return [dict(row) for row in ctx.db.execute(_DUE, {"tenant": tenant, "now": ctx.now}).mappings()]


def one(db: sa.Connection, tenant: str, id_: int) -> dict[str, Any] | None:
    """The row of a ticket as it can be changed and kept again."""
    found = db.execute(_BY_IDS, {"tenant": tenant, "ids": [id_]}).mappings().one_or_none()
    return None if found is None else dict(found)


_HIGHEST_OF: Mapping[str, Any] = {
    "ticket": sa.select(sa.func.max(TICKETS.c.TicketId)).where(TICKETS.c.tenant == sa.bindparam("tenant")),
    "message": sa.select(sa.func.max(MESSAGES.c.id)).where(MESSAGES.c.tenant == sa.bindparam("tenant")),
    "attachment": sa.select(sa.func.max(ATTACHMENTS.c.id)).where(ATTACHMENTS.c.tenant == sa.bindparam("tenant")),
}
_MESSAGES_OF = (
    sa.select(MESSAGES)
    .where(MESSAGES.c.tenant == sa.bindparam("tenant"), MESSAGES.c.ticket == sa.bindparam("ticket"))
    .order_by(MESSAGES.c.id)
)
_MESSAGE = sa.select(MESSAGES).where(MESSAGES.c.tenant == sa.bindparam("tenant"), MESSAGES.c.id == sa.bindparam("of"))


def next_number(ctx: Context, kind: str = "ticket") -> int:
    """The next number of a ticket, message or attachment; those of deleted ones are not given again."""
    tenant = tenant_name(ctx)
    highest = ctx.db.execute(_HIGHEST_OF[kind], {"tenant": tenant}).scalar() or 0
    if kind == "ticket":
        ctx.cite("superoffice.field.ticket_id")
    return ctx.installation.ids.after(f"{VENDOR.name}.{kind}.{tenant}", highest)


def messages_of(db: sa.Connection, tenant: str, ticket: int) -> Sequence[Any]:
    return db.execute(_MESSAGES_OF, {"tenant": tenant, "ticket": ticket}).all()


def message(db: sa.Connection, tenant: str, id_: int) -> Any:
    """A message's row, or None."""
    return db.execute(_MESSAGE, {"tenant": tenant, "of": id_}).one_or_none()


def turn(ctx: Context) -> int:
    """A number that was never given before: the revision of what is written now."""
    counters = ctx.installation.ids.counters
    counters["superoffice.turn"] = number = counters.get("superoffice.turn", 0) + 1
    return number


OPEN = frozenset({"Active", "Postponed"})


def next_moment(row: Mapping[str, Any]) -> int | None:
    """When time alone will change a ticket: it wakes up, or its alert runs out."""
    moments = [
        row["Activate"] if row["BaseStatus"] == "Postponed" else None,
        row["AlertTimeout"] if row["BaseStatus"] in OPEN else None,
    ]
    return min((each for each in moments if each is not None), default=None)


def fresh(values: Mapping[str, Any]) -> dict[str, Any]:
    """A whole row, from the values of some of its stored properties."""
    made = {"right": None, "status_since": None, "deleted": None, "extra": "{}", **UNSET, **values}
    made.setdefault("due", next_moment(made))
    return made
