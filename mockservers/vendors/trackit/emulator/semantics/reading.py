"""What is read: tickets, their notes, templates, labels, groups. Knows no wire.

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


def page_bounds(asked: Asked) -> tuple[int, int, int]:
    """Record, first record (from 0) and number of records of a page; 0 records for all."""
    id_, size, page = bound(asked, "id", "pageSize", "pageNumber")
    for name, value in (("pageSize", size), ("pageNumber", page)):
        if value < 0:
            raise refusal("page", name=name)
    return (id_, 0, 0) if not size or not page else (id_, (page - 1) * size, size)


def listed(ctx: Context, total: int, first: int, records: Sequence[str]) -> Listed:
    if first >= total and first:
        ctx.cite("trackit.read.past_end")
    if len(records) != total:
        ctx.cite("trackit.read.paging", "trackit.read.count")
    if not total:
        ctx.cite("trackit.wire.empty_notes")
    return Listed(len(records) if ctx.dialect["count_meaning"] == "page" else total, records)


_BOUND: tuple[Any, ...] = tuple(sa.bindparam(name) for name in ("tenant", "owner", "low", "high"))
_TENANT, _OWNER, _LOW, _HIGH = _BOUND


def _pages(kind: model.Kind, place: Any, order: Any) -> Any:
    table = kind.notes
    return (
        sa.select(table)
        .where(table.c.tenant == _TENANT, kind.owner == _OWNER, place > _LOW, place <= _HIGH)
        .order_by(order, table.c.id)
    )


_NOTE_PAGES = {
    (kind.name, all_, order): _pages(kind, place, place.desc() if order == "newest_first" else place)
    for kind in model.KINDS
    for all_, place in ((True, kind.notes.c.place), (False, kind.notes.c.user_place))
    for order in ("newest_first", "oldest_first")
}


def notes(ctx: Context, asked: Asked) -> Listed:
    """GET /tickets/{id}/Notes/{pageSize}/{pageNumber} (trackit.read.notes).

    A page is a range of places, so that every one costs the same.
    """
    id_, first, size = page_bounds(asked)
    all_, most = asked_boolean(asked, "SystemNote"), asked_number(asked, "maxContentLength", -1)
    access.require_to_list_notes(ctx)
    found = access.visible_mark(ctx, id_, "Ticket Notes")
    total: int = found.notes if all_ else found.user_notes
    if all_ or found.notes != found.user_notes:
        ctx.cite("trackit.read.system_notes")
    records = []
    for row in note_rows(ctx, model.TICKET, id_, total, (first, size), all_):
        if row.private:
            ctx.cite("trackit.read.private")
        records.append(renderings.note(ctx, row, most))
    return noted(ctx, total, first, records, most)


def note_rows(ctx: Context, kind: model.Kind, id_: int, total: int, bounds: tuple[int, int], all_: bool) -> Any:
    """The rows of a page of the notes of a record that has `total` of them; `bounds` are the first, and how many."""
    first, size = bounds[0], bounds[1] or total
    order = ctx.dialect["note_order"]
    low = max(total - first - size, 0) if order == "newest_first" else first
    high = total - first if order == "newest_first" else min(first + size, total)
    if high <= low:
        return ()
    asked = {"tenant": access.tenant_of(ctx).name, "owner": id_, "low": low, "high": high}
    return ctx.db.execute(_NOTE_PAGES[kind.name, all_, order], asked)


def noted(ctx: Context, total: int, first: int, records: Sequence[str], most: int) -> Listed:
    """A page of notes, whose texts are cut to `most` characters unless that is below 1."""
    if most > 0:
        ctx.cite("trackit.read.max_length")
    if len(records) > 1:
        ctx.cite("trackit.read.note_order")
    return listed(ctx, total, first, records)


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


# --- templates, labels, groups ----------------------------------------------------------------------------------------


def templates(ctx: Context, asked: Asked) -> list[str]:
    """GET /tickets/Templates: those of the caller's group (trackit.read.templates)."""
    return usable_templates(ctx, "template")


def usable_templates(ctx: Context, module: str) -> list[str]:
    """The active templates of a module that the caller's group may use."""
    own = access.group_of(ctx, access.caller(ctx))
    return [
        renderings.template(id_, facts)
        for id_, facts in sorted(model.directory(ctx)[module].items())
        if facts.get("active", True) and own in (facts.get("groups") or [own])
    ]


def module_fields(ctx: Context, asked: Asked) -> str:
    """GET /module/{moduleSequence}/fields: of tickets alone, whose module is 24 (trackit.read.module_fields)."""
    (module,) = bound(asked, "moduleSequence")
    if module != fields.MODULE:
        ctx.cite("trackit.address.not_emulated")
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
