"""What is read: tickets, their notes, attachments and assignments, templates, labels, groups. Knows no wire.

Values come as rendered pieces, since each is made once for a revision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Unsupported
from mockservers.vendors.trackit.emulator import access, fields, model, renderings
from mockservers.vendors.trackit.emulator.errors import refusal
from mockservers.vendors.trackit.emulator.model import ASSIGNMENTS, ATTACHMENTS, NOTES
from mockservers.vendors.trackit.emulator.requests import Asked, asked_boolean, asked_number, bound


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of records, rendered, and what Count says."""

    count: int
    records: Sequence[str]


def ticket(ctx: Context, asked: Asked) -> str:
    """GET /tickets/{id} (trackit.read.ticket)."""
    (id_,) = bound(asked, "id")
    access.require(ctx, access.VIEW)
    found = access.visible_mark(ctx, id_)
    return renderings.ticket(ctx, id_, found.revision, read=True)


# --- pages ------------------------------------------------------------------------------------------------------------


def _bounds(asked: Asked) -> tuple[int, int, int]:
    """Ticket, first record (from 0) and number of records of a page; 0 records for all."""
    id_, size, page = bound(asked, "id", "pageSize", "pageNumber")
    for name, value in (("pageSize", size), ("pageNumber", page)):
        if value < 0:
            raise refusal("page", name=name)
    return (id_, 0, 0) if not size or not page else (id_, (page - 1) * size, size)


def _listed(ctx: Context, total: int, first: int, records: Sequence[str]) -> Listed:
    if first >= total and first:
        ctx.cite("trackit.read.past_end")
    if len(records) != total:
        ctx.cite("trackit.read.paging", "trackit.read.count")
    if not total:
        ctx.cite("trackit.wire.empty_notes")
    return Listed(len(records) if ctx.dialect["count_meaning"] == "page" else total, records)


_BOUND: tuple[Any, ...] = tuple(sa.bindparam(name) for name in ("tenant", "ticket", "low", "high"))
_TENANT, _TICKET, _LOW, _HIGH = _BOUND


def _pages(place: Any, order: Any) -> Any:
    return (
        sa.select(NOTES)
        .where(NOTES.c.tenant == _TENANT, NOTES.c.ticket == _TICKET, place > _LOW, place <= _HIGH)
        .order_by(order, NOTES.c.id)
    )


_NOTE_PAGES = {
    (all_, order): _pages(place, place.desc() if order == "newest_first" else place)
    for all_, place in ((True, NOTES.c.place), (False, NOTES.c.user_place))
    for order in ("newest_first", "oldest_first")
}


def notes(ctx: Context, asked: Asked) -> Listed:
    """GET /tickets/{id}/Notes/{pageSize}/{pageNumber} (trackit.read.notes).

    A page is a range of places, so that every one costs the same.
    """
    id_, first, size = _bounds(asked)
    all_, most = asked_boolean(asked, "SystemNote"), asked_number(asked, "maxContentLength", -1)
    access.require_to_list_notes(ctx)
    found = access.visible_mark(ctx, id_, "Ticket Notes")
    total: int = found.notes if all_ else found.user_notes
    if all_ or found.notes != found.user_notes:
        ctx.cite("trackit.read.system_notes")
    if most > 0:
        ctx.cite("trackit.read.max_length")
    size = size or total
    order = ctx.dialect["note_order"]
    low = max(total - first - size, 0) if order == "newest_first" else first
    high = total - first if order == "newest_first" else min(first + size, total)
    rows: Any = ()
    if high > low:
        bounds = {"tenant": access.tenant_of(ctx).name, "ticket": id_, "low": low, "high": high}
        rows = ctx.db.execute(_NOTE_PAGES[all_, order], bounds)
    records = []
    for row in rows:
        if row.private:
            ctx.cite("trackit.read.private")
        records.append(renderings.note(ctx, row, most))
    if len(records) > 1:
        ctx.cite("trackit.read.note_order")
    return _listed(ctx, total, first, records)


def note(ctx: Context, asked: Asked) -> str:
    """GET /tickets/Note/{noteId}: a note of any kind (trackit.read.note)."""
    (id_,) = bound(asked, "noteId")
    access.require(ctx, access.VIEW_NOTES)
    found = model.note(ctx, id_)
    if found is None:
        raise access.unknown("note", id_)
    above = model.mark(ctx, found.ticket)
    if not access.sees(ctx, above.l_group, "Tickets", "Ticket Notes"):
        raise access.hidden("note", id_)
    return renderings.note(ctx, found)


def _hung(table: sa.Table) -> tuple[Any, Any]:
    """What counts the records that hang on a ticket, and what selects a page of them."""
    mine = (table.c.tenant == _TENANT, table.c.ticket == _TICKET)
    page = sa.select(table).where(*mine).order_by(table.c.id).offset(_LOW).limit(_HIGH)
    return sa.select(sa.func.count()).select_from(table).where(*mine), page


_ATTACHMENTS, _ASSIGNMENTS = _hung(ATTACHMENTS), _hung(ASSIGNMENTS)


def _hanging(ctx: Context, statements: tuple[Any, Any], id_: int, first: int, size: int) -> tuple[int, Any]:
    mine = {"tenant": access.tenant_of(ctx).name, "ticket": id_}
    total: int = ctx.db.execute(statements[0], mine).scalar_one()
    return total, ctx.db.execute(statements[1], {**mine, "low": first, "high": size or total})


def attachments(ctx: Context, asked: Asked) -> Listed:
    """GET /tickets/{id}/Attachments/{pageSize}/{pageNumber}: of hidden tickets too (trackit.read.attachments)."""
    id_, first, size = _bounds(asked)
    access.require(ctx, access.VIEW_ATTACHMENT)
    found = model.mark(ctx, id_)
    if found is None:
        raise access.unknown("ticket", id_)
    if access.withheld(ctx, found.l_group, "Tickets"):
        ctx.cite("trackit.read.attachments_open")
    total, rows = _hanging(ctx, _ATTACHMENTS, id_, first, size)
    return _listed(ctx, total, first, [renderings.attachment(row) for row in rows])


def assignments(ctx: Context, asked: Asked) -> Listed:
    """GET /tickets/{id}/Assignments/{pageSize}/{pageNumber}: open and closed ones (trackit.read.assignments)."""
    id_, first, size = _bounds(asked)
    access.require(ctx, access.VIEW_ASSIGNMENT)
    access.visible_mark(ctx, id_, "Assignments")
    total, rows = _hanging(ctx, _ASSIGNMENTS, id_, first, size)
    return _listed(ctx, total, first, [renderings.assignment(row) for row in rows])


# --- templates, labels, groups ----------------------------------------------------------------------------------------


def templates(ctx: Context, asked: Asked) -> list[str]:
    """GET /tickets/Templates: those of the caller's group (trackit.read.templates)."""
    own = access.group_of(ctx, access.caller(ctx))
    return [
        renderings.template(id_, facts)
        for id_, facts in sorted(model.directory(ctx)["template"].items())
        if facts.get("active", True) and own in (facts.get("groups") or [own])
    ]


def module_fields(ctx: Context, asked: Asked) -> str:
    """GET /module/{moduleSequence}/fields: of tickets alone, whose module is 24 (trackit.read.module_fields)."""
    (module,) = bound(asked, "moduleSequence")
    if module != fields.MODULE:
        raise Unsupported(f"the fields of module {module}")
    return renderings.names(ctx)


def groups(ctx: Context, asked: Asked) -> list[dict[str, Any]]:
    """POST /groups, whose body was looked at when the caller was identified."""
    return [
        {
            "Sequence": id_,
            "LastModified": fields.time_text(facts["modified"]),
            "LastUser": facts.get("last_user", "dbo"),
            "Code": facts["name"],
            "Comments": facts.get("comments"),
            "InActive": not facts.get("active", True),
        }
        for id_, facts in sorted(model.directory(ctx)["group"].items())
    ]


# --- what nobody published --------------------------------------------------------------------------------------------


def unsupported(ctx: Context, asked: Asked) -> Any:
    """A route that is known, and whose answer is not."""
    ctx.cite("trackit.address.not_emulated")
    raise Unsupported(f"the answer of {ctx.call.operation}")
