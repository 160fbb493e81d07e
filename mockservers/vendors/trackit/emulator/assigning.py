"""What a change does to an assignment besides itself: what it takes from its ticket, and what it starts.

Knows no request: client's calls and other people's acts both end here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.operations import Context
from mockservers.vendors.trackit.emulator import access, changes, model
from mockservers.vendors.trackit.emulator.changes import Author, Draft
from mockservers.vendors.trackit.emulator.fields import grid
from mockservers.vendors.trackit.emulator.model import ASSIGNMENT, SUCCESSIONS, Row

COPIED = ("f22", "l_requestor", "l_category", "l_location", "l_department", "l_priority")
"""What a new assignment takes from its ticket (trackit.assignment.copied)."""
_TENANT: Any = sa.bindparam("tenant")
_FIRST: Any = sa.bindparam("first")
_NEXT = sa.select(SUCCESSIONS).where(
    SUCCESSIONS.c.tenant == _TENANT, SUCCESSIONS.c.first == _FIRST, SUCCESSIONS.c.status.is_not(None)
)


def create(ctx: Context, ticket: Row, given: Mapping[str, Any], author: Author) -> Row:
    """A new assignment of a ticket, given to whoever creates it (trackit.assignment.assignee)."""
    now = grid(ctx.now)
    row = {
        **model.EMPTY_ASSIGNMENT,
        "tenant": access.tenant_of(ctx).name,
        "f1": model.number(ctx, "assignment"),
        "f2": now,
        "f3": author.login,
        "f6": ticket["f1"],
        "f12": now,
        **{name: ticket[name] for name in COPIED},
        "l_opener": author.technician,
        "l_group": author.group,
        "l_technician": author.technician,
        "l_status": changes.default_status(ctx, changes.OPEN),
        "revision": model.revision(ctx),
    }
    if any(ticket[name] is not None and name not in given for name in COPIED):
        ctx.cite("trackit.assignment.copied")
    model.insert(ctx, model.ASSIGNMENTS, [row])
    opened = changes.change(ctx, row, given, author, stamp=False, kind=ASSIGNMENT) if given else row
    _touch(ctx, ticket["f1"], author)
    return opened


def change(ctx: Context, before: Row, given: Mapping[str, Any], author: Author, stamp: bool = True) -> Row:
    """Change columns of an assignment, with all that follows; the row as it is then."""
    after = changes.change(ctx, before, given, author, stamp, ASSIGNMENT)
    if changes.is_closed(ctx, after) and not changes.is_closed(ctx, before):
        _start_next(ctx, after, author)
    _touch(ctx, after["f6"], author)
    return after


def _start_next(ctx: Context, closed: Row, author: Author) -> None:
    """Give the successors of a closed assignment the status that their link names."""
    mine = {"tenant": closed["tenant"], "first": closed["f1"]}
    for link in ctx.db.execute(_NEXT, mine).all():
        row = model.assignment(ctx, link.next)
        if row is not None and row["l_status"] != link.status:
            ctx.cite("trackit.assignment.next_status")
            changes.change(ctx, row, {"l_status": link.status}, author, kind=ASSIGNMENT)


def add_note(ctx: Context, row: Row, draft: Draft, author: Author, touch: bool = False) -> tuple[Row, int]:
    """Add a note to an assignment; the assignment as it is then, and the note's number."""
    after, note = changes.add_note(ctx, row, draft, author, touch, ASSIGNMENT)
    _touch(ctx, row["f6"], author)
    return after, note


def remove(ctx: Context, row: Row, author: Author) -> None:
    """Take an assignment away, with all that hangs on it."""
    model.remove_assignment(ctx, row["f1"])
    _touch(ctx, row["f6"], author)


def link(ctx: Context, first: Row, next_: Row, status: int | None) -> None:
    """Let one assignment come after another, which gives it a status when it is closed."""
    table, name = SUCCESSIONS, first["tenant"]
    pair = (table.c.tenant == name, table.c.first == first["f1"], table.c.next == next_["f1"])
    ctx.db.execute(sa.delete(table).where(*pair))
    made = {"tenant": name, "first": first["f1"], "next": next_["f1"], "status": status}
    model.insert(ctx, table, [made])


def _touch(ctx: Context, ticket: int, author: Author) -> None:
    """Work on an assignment leaves its ticket as it was (trackit.assignment.apart), unless the dialect says otherwise."""
    if ctx.dialect["assignment_touches_ticket"] == "on":
        row = model.ticket(ctx, ticket)
        if row is not None:
            changes.change(ctx, row, {}, author)
