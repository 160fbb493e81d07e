"""Assignments, the parts of a ticket's work: read, listed, made, changed, noted, closed and deleted. Knows no wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.operations import Context
from mockservers.vendors.trackit.emulator import access, assigning, changes, model, renderings
from mockservers.vendors.trackit.emulator.changes import Draft
from mockservers.vendors.trackit.emulator.errors import refusal
from mockservers.vendors.trackit.emulator.model import ASSIGNMENT, ASSIGNMENTS, SUCCESSIONS, Row
from mockservers.vendors.trackit.emulator.requests import Asked, Members, asked_boolean, asked_number, bound
from mockservers.vendors.trackit.emulator.semantics import properties, reading, workflow
from mockservers.vendors.trackit.emulator.semantics.reading import Listed

NOTE = workflow.NoteForm(
    "assignments", "assignment_note_type", "assignment_activity", ("Note Type", "Activity Code", "Note", "Duration")
)
"""A note of an assignment has no member Private (trackit.assignment.note)."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """An assignment and its new note, rendered."""

    assignment: str
    note: str | None = None
    closing: bool = False


# --- reading ----------------------------------------------------------------------------------------------------------


def read(ctx: Context, asked: Asked) -> str:
    """GET /assignments/{id} (trackit.assignment.read)."""
    (id_,) = bound(asked, "id")
    access.require(ctx, access.VIEW_ASSIGNMENT)
    return renderings.assignment(ctx, access.visible_assignment(ctx, id_))


_TENANT: Any = sa.bindparam("tenant")
_OWNER: Any = sa.bindparam("owner")
_OF_TICKET = (
    sa.select(ASSIGNMENTS).where(ASSIGNMENTS.c.tenant == _TENANT, ASSIGNMENTS.c.f6 == _OWNER).order_by(ASSIGNMENTS.c.f1)
)


def of_ticket(ctx: Context, asked: Asked) -> Listed:
    """GET /tickets/{id}/Assignments/{pageSize}/{pageNumber}: open and closed ones (trackit.read.assignments)."""
    id_, first, size = reading.page_bounds(asked)
    access.require(ctx, access.VIEW_ASSIGNMENT)
    access.visible_mark(ctx, id_, "Assignments")
    rows = _rows(ctx, _OF_TICKET, id_)
    return _page(ctx, [row for row in rows if access.sees(ctx, row["l_group"], "Assignments")], first, size)


def _rows(ctx: Context, statement: Any, owner: int) -> list[Row]:
    mine = {"tenant": access.tenant_of(ctx).name, "owner": owner}
    return [dict(row._mapping) for row in ctx.db.execute(statement, mine)]


def _page(ctx: Context, rows: list[Row], first: int, size: int) -> Listed:
    page = rows[first : first + size] if size else rows
    return reading.listed(ctx, len(rows), first, [renderings.assignment(ctx, row) for row in page])


def notes(ctx: Context, asked: Asked) -> Listed:
    """GET /assignments/{id}/Notes/{pageSize}/{pageNumber} (trackit.assignment.notes)."""
    id_, first, size = reading.page_bounds(asked)
    all_, most = asked_boolean(asked, "SystemNote"), asked_number(asked, "maxContentLength", -1)
    access.require(ctx, access.VIEW_ASSIGNMENT_NOTES)
    row = access.visible_assignment(ctx, id_, "Assignment Notes")
    total: int = row["notes"] if all_ else row["user_notes"]
    found = reading.note_rows(ctx, ASSIGNMENT, id_, total, (first, size), all_)
    return reading.noted(ctx, total, first, [renderings.assignment_note(ctx, note, most) for note in found], most)


def note(ctx: Context, asked: Asked) -> str:
    """GET /assignments/Note/{noteId}: a note of any kind (trackit.assignment.one_note)."""
    (id_,) = bound(asked, "noteId")
    access.require(ctx, access.VIEW_ASSIGNMENT_NOTES)
    found = model.note(ctx, id_, ASSIGNMENT)
    above = None if found is None else model.assignment(ctx, found.assignment)
    if found is None or above is None:
        raise access.unknown("note", id_)
    if not access.sees(ctx, above["l_group"], "Assignments", "Assignment Notes"):
        raise access.hidden("note", id_)
    return renderings.assignment_note(ctx, found)


def _linked(own: Any, other: Any) -> Any:
    return (
        sa.select(ASSIGNMENTS)
        .join(SUCCESSIONS, (SUCCESSIONS.c.tenant == ASSIGNMENTS.c.tenant) & (other == ASSIGNMENTS.c.f1))
        .where(ASSIGNMENTS.c.tenant == _TENANT, own == _OWNER)
        .order_by(ASSIGNMENTS.c.f1)
    )


_SUCCESSORS = _linked(SUCCESSIONS.c.first, SUCCESSIONS.c.next)
_PREDECESSORS = _linked(SUCCESSIONS.c.next, SUCCESSIONS.c.first)


def successors(ctx: Context, asked: Asked) -> Listed:
    """GET /assignments/{id}/Successors/{pageSize}/{pageNumber} (trackit.assignment.links)."""
    return _neighbours(ctx, asked, _SUCCESSORS)


def predecessors(ctx: Context, asked: Asked) -> Listed:
    """GET /assignments/{id}/Predecessors/{pageSize}/{pageNumber} (trackit.assignment.links)."""
    return _neighbours(ctx, asked, _PREDECESSORS)


def _neighbours(ctx: Context, asked: Asked, statement: Any) -> Listed:
    id_, first, size = reading.page_bounds(asked)
    access.require(ctx, access.VIEW_ASSIGNMENT)
    access.visible_assignment(ctx, id_)
    rows = _rows(ctx, statement, id_)
    if any(access.withheld(ctx, row["l_group"], "Assignments") for row in rows):
        ctx.cite("trackit.assignment.links_open")
    return _page(ctx, rows, first, size)


def templates(ctx: Context, asked: Asked) -> list[str]:
    """GET /assignments/Templates: those of the caller's group, as of tickets (trackit.assignment.templates)."""
    return reading.usable_templates(ctx, "assignment_template")


# --- writing ----------------------------------------------------------------------------------------------------------


def create(ctx: Context, asked: Asked) -> str:
    """POST /assignments (trackit.assignment.create); sent again, it makes another (trackit.write.no_idempotency)."""
    bound(asked)
    access.require(ctx, access.CREATE_ASSIGNMENT)
    given = properties.columns(ctx, properties.asked(ctx, asked.body), ASSIGNMENT)
    number = given.pop("f6", None)
    if number is None:
        raise refusal("no_ticket")
    access.visible_mark(ctx, number, "Assignments")
    ticket = model.ticket(ctx, number)
    assert ticket is not None
    _allowed(ctx, given)
    return renderings.assignment(ctx, assigning.create(ctx, ticket, given, changes.caller(ctx)))


def update(ctx: Context, asked: Asked) -> str:
    """POST /assignments/{id} (trackit.assignment.update)."""
    (id_,) = bound(asked, "id")
    access.require(ctx, access.EDIT_ASSIGNMENT)
    row = access.visible_assignment(ctx, id_)
    given = properties.columns(ctx, properties.asked(ctx, asked.body), ASSIGNMENT)
    if given.pop("f6", row["f6"]) != row["f6"]:
        told = "an assignment stays at its ticket, so field 6 cannot be written"
        properties.passed_over(ctx, "trackit.write.read_only_key", "property", "6", told)
    _allowed(ctx, given)
    draft = None
    optional = asked.body.member(ctx, "OptionalParams")
    note = optional.member(ctx, "Note") if isinstance(optional, Members) else None
    if note is not None:
        ctx.cite("trackit.write.update_note")
        if ctx.dialect["update_note"] == "added":
            draft = _draft(ctx, note, with_duration=True)
    author = changes.caller(ctx)
    row = assigning.change(ctx, row, given, author)
    if draft is not None:
        row, _ = assigning.add_note(ctx, row, draft, author)
    return renderings.assignment(ctx, row)


def _allowed(ctx: Context, given: dict[str, Any]) -> None:
    """Raise the refusal for a group that the caller may not give."""
    if "l_group" in given and not access.sees(ctx, given["l_group"], "Assignments"):
        raise refusal("permission", "trackit.segregation.own_groups", permission="to see the group")


def _draft(ctx: Context, given: Any, with_duration: bool) -> Draft:
    access.require(ctx, access.CREATE_ASSIGNMENT_NOTE)
    return workflow.draft_of(ctx, given, with_duration, NOTE)


def add_note(ctx: Context, asked: Asked) -> Assigned:
    """POST /assignments/{id}/AddNote (trackit.assignment.note)."""
    (id_,) = bound(asked, "id")
    access.require(ctx, access.CREATE_ASSIGNMENT_NOTE)
    row = access.visible_assignment(ctx, id_)
    draft = _draft(ctx, asked.body, with_duration=True)
    if changes.is_closed(ctx, row):
        ctx.cite("trackit.note.closed_ticket")
    touch = ctx.dialect["addnote_touches_ticket"] == "on"
    row, number = assigning.add_note(ctx, row, draft, changes.caller(ctx), touch)
    return _assigned(ctx, row, number)


def _assigned(ctx: Context, row: Row, note: int | None, closing: bool = False) -> Assigned:
    rendered = None if note is None else renderings.assignment_note(ctx, model.note(ctx, note, ASSIGNMENT))
    return Assigned(renderings.assignment(ctx, row), rendered, closing)


def change_status(ctx: Context, asked: Asked) -> Assigned:
    """POST /assignments/{id}/ChangeStatus (trackit.assignment.status)."""
    (id_,) = bound(asked, "id")
    access.require(ctx, access.EDIT_ASSIGNMENT)
    row = access.visible_assignment(ctx, id_)
    body, status = workflow.status_asked(ctx, asked.body)
    if changes.status_of(ctx, status).get("type") == changes.CLOSED:
        access.require(ctx, access.CLOSE_ASSIGNMENT)
    workflow.drop(ctx, body, "StatusName", "Note")
    return _moved(ctx, row, status, _note_of(ctx, body, ctx.dialect["status_note"] == "required"), closing=False)


def _note_of(ctx: Context, body: Members, required: bool = False) -> Draft | None:
    given = body.member(ctx, "Note")
    if given is None:
        if required:
            raise refusal("member", "trackit.status.note", member="Note")
        return None
    return _draft(ctx, given, with_duration=False)


def _moved(ctx: Context, row: Row, status: int, draft: Draft | None, closing: bool) -> Assigned:
    author, number = changes.caller(ctx), None
    row = assigning.change(ctx, row, {"l_status": status}, author)
    if draft is not None:
        row, number = assigning.add_note(ctx, row, draft, author)
    return _assigned(ctx, row, number, closing)


def close(ctx: Context, asked: Asked) -> Assigned:
    """POST /assignments/{id}/Close: the default status of type closed (trackit.assignment.close)."""
    (id_,) = bound(asked, "id")
    access.require(ctx, access.EDIT_ASSIGNMENT)
    access.require(ctx, access.CLOSE_ASSIGNMENT)
    row = access.visible_assignment(ctx, id_)
    draft = _note_of(ctx, workflow.closing_asked(ctx, asked.body))
    return _moved(ctx, row, workflow.closed_status(ctx), draft, closing=True)


def delete(ctx: Context, asked: Asked) -> bool:
    """POST /assignments/{id}/Delete: the number is unknown from then on (trackit.assignment.delete)."""
    (id_,) = bound(asked, "id")
    access.require(ctx, access.DELETE_ASSIGNMENT)
    assigning.remove(ctx, access.visible_assignment(ctx, id_), changes.caller(ctx))
    return True
