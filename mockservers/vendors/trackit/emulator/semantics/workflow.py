"""Notes, changes of status, closing and deleting. Knows no wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.operations import Context
from mockservers.vendors.trackit.emulator import access, changes, fields, model, renderings
from mockservers.vendors.trackit.emulator.changes import Draft
from mockservers.vendors.trackit.emulator.errors import refusal
from mockservers.vendors.trackit.emulator.requests import Asked, Members, bound
from mockservers.wirekit.dotnet_text import literal_text

FAILING = "failing_notes"
"""Fact of a tenant: how many more notes after a change of status go wrong (an administrator's act)."""
_WRAPPERS = ("updateInput", "createInput", "changeStatusInput", "closeInput")


@dataclass(frozen=True, slots=True)
class Worked:
    """A ticket and its new note, rendered. `broken`: the ticket was changed, then the note failed."""

    ticket: str
    note: str | None = None
    closing: bool = False
    broken: bool = False


# --- notes as they are sent -------------------------------------------------------------------------------------------


def find_wrapper(ctx: Context, body: Any) -> None:
    """Note a body that is inside a member named like the parameter."""
    if isinstance(body, Members):
        for name in _WRAPPERS:
            if body.has(name):
                ctx.note(
                    "trackit.wire.body_is_input", f"{name} is the name of the parameter; send what is inside it alone"
                )


def ignore_optional(ctx: Context, body: Members) -> None:
    """OptionalParams may come with any body, and do nothing."""
    if body.has("OptionalParams"):
        ctx.cite("trackit.wire.optional_params")


def drop(ctx: Context, body: Members, *known: str) -> None:
    """Note the members of a body that no call looks at; OptionalParams may come with any, and do nothing."""
    ignore_optional(ctx, body)
    others = body.others(*known, "OptionalParams", *_WRAPPERS)
    if others:
        names = ", ".join(repr(name[:60]) for name in others[:5])
        told = f"{names} is dropped: this body takes {', '.join(known)}"
        ctx.note("trackit.wire.body_members", told)


def _object(body: Any, member: str) -> Members:
    if not isinstance(body, Members):
        raise refusal("body", "trackit.note.required_pair", member=member)
    return body


def _as_text(ctx: Context, value: Any) -> Any:
    """A number or truth value as the text that stands in the body, where a member is a text; anything else as it is."""
    if isinstance(value, bool | int | float):
        ctx.cite("trackit.wire.text_members")
        return literal_text(value)
    return value


def _word(ctx: Context, given: Members, name: str) -> str:
    """A required text of a note; an empty one is taken."""
    value = _as_text(ctx, given.member(ctx, name))
    if value is None:
        find_wrapper(ctx, given)
        raise refusal("member", member=name)
    if not isinstance(value, str):
        raise refusal("value", name=name, takes="a text")
    if not value.strip():
        ctx.note("trackit.note.required_pair", f"{name} is required, and is empty")
    return value.strip()


def _text(ctx: Context, given: Members) -> str | None:
    value = _as_text(ctx, given.member(ctx, "Note"))
    if value is None:
        return None
    try:
        found: str = fields.kept("text", value if isinstance(value, str) else [])
    except ValueError as error:
        raise refusal("value", name="Note", takes=str(error)) from None
    return found


def _private(ctx: Context, given: Members) -> bool:
    value = given.member(ctx, "Private")
    if value is not None:
        ctx.cite("trackit.note.private")
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        ctx.note("trackit.wire.text_booleans", "Private is sent as text; it is a boolean")
        return value.strip().lower() == "true"
    if value is not None and not isinstance(value, bool):
        raise refusal("value", name="Private", takes="true or false")
    return bool(value)


def _duration(ctx: Context, given: Members) -> int:
    value = given.member(ctx, "Duration")
    if value is None or value == "":
        return 0
    ctx.cite("trackit.wire.duration")
    if not isinstance(value, str):
        raise refusal("duration", takes="a text such as 00:10:00")
    try:
        seconds, short = fields.seconds(value)
    except ValueError as error:
        raise refusal("duration", takes=str(error)) from None
    if short:
        ctx.cite("trackit.wire.duration_two_parts")
        if ctx.dialect["duration_two_parts"] == "reject":
            raise refusal("duration", "trackit.wire.duration_two_parts", takes="a text of three parts such as 00:10:00")
    return seconds


@dataclass(frozen=True, slots=True)
class NoteForm:
    """What a note of one kind of record may say: the fact of the types and codes that it has, kinds of refusals, members."""

    fact: str
    no_type: str
    no_activity: str
    members: tuple[str, ...]


TICKET_NOTE = NoteForm(
    "tickets", "note_type", "activity", ("Note Type", "Activity Code", "Note", "Private", "Duration")
)


def draft_of(ctx: Context, given: Any, with_duration: bool, form: NoteForm = TICKET_NOTE) -> Draft:
    """A note as it is sent; raises the refusal for one that cannot be kept."""
    body = _object(given, "Note Type")
    drop(ctx, body, *form.members)
    type_, activity = _word(ctx, body, "Note Type"), _word(ctx, body, "Activity Code")
    directory = model.directory(ctx)
    found_type, found_activity = (
        directory.find(module, "name", word) if word else None
        for module, word in (("note_type", type_), ("activity", activity))
    )
    if type_ and not directory.get("note_type", found_type).get(form.fact):
        raise refusal(form.no_type, name=type_)
    if activity and not directory.get("activity", found_activity).get(form.fact):
        raise refusal(form.no_activity, name=activity)
    duration = _duration(ctx, body) if with_duration else 0
    if not with_duration and body.has("Duration"):
        ctx.note("trackit.note.duration_default", "Duration is dropped: only AddNote takes one, and this note's is 0")
    private = "Private" in form.members and _private(ctx, body)
    return Draft(found_type, found_activity, _text(ctx, body), duration, private)


def _worked(ctx: Context, row: model.Row, note: int | None, closing: bool = False, broken: bool = False) -> Worked:
    rendered = None
    if note is not None:
        swapped = closing and ctx.dialect["quirk_close_swap"] == "on"
        if swapped:
            ctx.cite("trackit.wire.close_swap")
        rendered = renderings.note(ctx, model.note(ctx, note), -1, swapped)
    return Worked(renderings.ticket(ctx, row["f1"], row["revision"], worked=True), rendered, closing, broken)


# --- calls ------------------------------------------------------------------------------------------------------------


def add_note(ctx: Context, asked: Asked) -> Worked:
    """POST /tickets/{id}/AddNote (trackit.note.add); sent again, it adds another (trackit.write.no_idempotency)."""
    (id_,) = bound(asked, "id")
    access.require(ctx, access.CREATE_NOTE, "Create Ticket Notes")
    row = access.visible_ticket(ctx, id_)
    draft = draft_of(ctx, asked.body, with_duration=True)
    if changes.is_closed(ctx, row):
        ctx.cite("trackit.note.closed_ticket")
    touch = ctx.dialect["addnote_touches_ticket"] == "on"
    row, note = changes.add_note(ctx, row, draft, changes.caller(ctx), touch)
    return _worked(ctx, row, note)


def change_status(ctx: Context, asked: Asked) -> Worked:
    """POST /tickets/{id}/ChangeStatus."""
    (id_,) = bound(asked, "id")
    access.require(ctx, access.EDIT)
    row = access.visible_ticket(ctx, id_)
    body, status = status_asked(ctx, asked.body)
    if changes.status_of(ctx, status).get("type") == changes.CLOSED:
        access.require(ctx, access.CLOSE, "Close Tickets")
    drop(ctx, body, "StatusName", "Note")
    draft = _note_of(ctx, body, ctx.dialect["status_note"] == "required")
    ctx.cite("trackit.status.note")
    return _moved(ctx, row, status, draft, closing=False)


def status_asked(ctx: Context, body: Any) -> tuple[Members, int]:
    """The body of a change of status, and the status that it names; raises the refusal for one that names none."""
    if not isinstance(body, Members):
        raise refusal("body", "trackit.status.body", member="StatusName")
    name = _as_text(ctx, body.member(ctx, "StatusName"))
    if name is None:
        find_wrapper(ctx, body)
        raise refusal("member", "trackit.status.body", member="StatusName")
    if not isinstance(name, str):
        raise refusal("value", "trackit.status.body", name="StatusName", takes="a text")
    status = model.directory(ctx).find("status", "name", name)
    if status is None:
        raise refusal("status", name=name[:200])
    if changes.status_of(ctx, status)["name"] != name:
        ctx.cite("trackit.status.by_name")
    return body, status


def _note_of(ctx: Context, body: Members, required: bool = False) -> Draft | None:
    given = body.member(ctx, "Note")
    if given is None:
        if required:
            raise refusal("member", "trackit.status.note", member="Note")
        return None
    access.require(ctx, access.CREATE_NOTE)
    return draft_of(ctx, given, with_duration=False)


def _moved(ctx: Context, row: model.Row, status: int, draft: Draft | None, closing: bool) -> Worked:
    """The status first, the note second."""
    author = changes.caller(ctx)
    row = changes.change(ctx, row, {"l_status": status}, author)
    if draft is None:
        return _worked(ctx, row, None, closing)
    facts = access.tenant_of(ctx).facts
    if facts.get(FAILING):
        facts[FAILING] -= 1
        ctx.note(
            "trackit.status.two_steps", "the status was changed, then the note failed as an administrator had planned"
        )
        return _worked(ctx, row, None, closing, broken=True)
    row, note = changes.add_note(ctx, row, draft, author)
    return _worked(ctx, row, note, closing)


def close(ctx: Context, asked: Asked) -> Worked:
    """POST /tickets/{id}/Close."""
    (id_,) = bound(asked, "id")
    access.require(ctx, access.EDIT)
    access.require(ctx, access.CLOSE)
    row = access.visible_ticket(ctx, id_)
    body = closing_asked(ctx, asked.body)
    draft = _note_of(ctx, body)
    if draft is not None:
        ctx.cite("trackit.close.note")
    if ctx.dialect["block_close_with_open_assignments"] == "on" and _open_assignments(ctx, id_):
        raise refusal("assignments")
    return _moved(ctx, row, closed_status(ctx), draft, closing=True)


def closed_status(ctx: Context) -> int:
    """The default status of type closed; raises the refusal where there is none."""
    status = changes.default_status(ctx, changes.CLOSED)
    if status is None:
        raise refusal("status", "trackit.status.two_types", name="of type closed")
    return status


def closing_asked(ctx: Context, body: Any) -> Members:
    """The body of Close; raises the refusal for one that cannot be taken."""
    if body is None and ctx.dialect["close_body"] == "optional":
        body = Members([])
    if not isinstance(body, Members):
        raise refusal("body", "trackit.close.body", member="Note")
    if not body:
        ctx.cite("trackit.close.body")
    if body and not body.has("Note"):
        find_wrapper(ctx, body)
        if any(body.has(name) for name in _WRAPPERS):
            raise refusal("body", "trackit.wire.body_is_input", member="Note")
    drop(ctx, body, "Note")
    return body


_OPEN = (
    sa.select(sa.func.count())
    .select_from(model.ASSIGNMENTS)
    .where(
        model.ASSIGNMENTS.c.tenant == sa.bindparam("tenant"),
        model.ASSIGNMENTS.c.f6 == sa.bindparam("ticket"),
        model.ASSIGNMENTS.c.f18.is_(None),
    )
)


def _open_assignments(ctx: Context, id_: int) -> int:
    found: int = ctx.db.execute(_OPEN, {"tenant": access.tenant_of(ctx).name, "ticket": id_}).scalar_one()
    return found


def delete(ctx: Context, asked: Asked) -> bool:
    """POST /tickets/{id}/Delete: the number is unknown from then on (trackit.delete.answer)."""
    (id_,) = bound(asked, "id")
    access.require(ctx, access.DELETE)
    access.visible_mark(ctx, id_)
    model.remove(ctx, id_)
    return True
