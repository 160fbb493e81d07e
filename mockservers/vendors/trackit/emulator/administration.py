"""What other people do at Track-It!: technicians and requestors in the product itself. The operations of `World.act`.

Each takes a plain object and gives the record's truth after it, under field numbers as text. The customer itself has
the id `customer`: its administrator acts on it (see `administration`). Knows no wire.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.operations import Context, Operation, operations
from mockservers.kernel.rules import Misuse
from mockservers.registry import did_you_mean
from mockservers.vendors.trackit.emulator import access, changes, customer, fields, hanging, model, phrases, renderings
from mockservers.vendors.trackit.emulator.arguments import CUSTOMER, Arguments, author
from mockservers.vendors.trackit.emulator.contents import content_of
from mockservers.vendors.trackit.emulator.fields import (
    ASSIGNMENT,
    ASSIGNMENT_NOTE,
    ATTACHMENT,
    NOTE,
    SOLUTION,
    TICKET,
    grid,
    shown,
)
from mockservers.vendors.trackit.emulator.importing import import_
from mockservers.vendors.trackit.emulator.model import ASSIGNMENT_NOTES, ASSIGNMENTS, ATTACHMENTS, NOTES, TICKETS, Row

MOST, MOST_COPIES = 10_000, 1000
BY = "TECH1"
SMALL = 4096
"""Bytes of a file whose content is told with it."""


# --- truth ------------------------------------------------------------------------------------------------------------


def _fields(known: Mapping[int, fields.Field], values: Mapping[int, Any]) -> dict[str, Any]:
    return {
        str(number): shown(field.form, values[number])
        for number, field in known.items()
        if values.get(number) is not None
    }


def _record(id_: int, known: Mapping[int, fields.Field], values: Mapping[int, Any]) -> dict[str, Any]:
    return {"id": str(id_), "exists": True, "fields": _fields(known, values)}


def _ticket(ctx: Context, row: Row) -> dict[str, Any]:
    return _record(row["f1"], TICKET, renderings.ticket_values(model.directory(ctx), row))


def _note(ctx: Context, row: Any) -> dict[str, Any]:
    return _record(
        row.id, NOTE, renderings.note_values(model.directory(ctx), row, ctx.dialect["note_text"] == "verbatim")
    )


def _existing(ctx: Context, id_: int) -> Row:
    found = model.ticket(ctx, id_)
    if found is None:
        raise Misuse(f"there is no ticket {id_}; list the records to see which there are")
    return found


def _assignment(ctx: Context, row: Any) -> dict[str, Any]:
    return _record(row.f1, ASSIGNMENT, renderings.assignment_values(model.directory(ctx), row._mapping))


def _assignment_note(ctx: Context, row: Any) -> dict[str, Any]:
    verbatim = ctx.dialect["note_text"] == "verbatim"
    return _record(
        row.id, ASSIGNMENT_NOTE, renderings.note_values(model.directory(ctx), row, verbatim, model.ASSIGNMENT)
    )


def _attachment(ctx: Context, row: Any) -> dict[str, Any]:
    """A file, with what it is attached to: `module` and `owner`; of a small one the content too."""
    values = renderings.attachment_values(row)
    if row.size is not None and row.size <= SMALL:
        values[5] = base64.b64encode(content_of(row.id, row.size, row.content)).decode()
    found = _record(row.id, ATTACHMENT, values)
    found["fields"] |= {"module": row.module, "owner": row.owner}
    return found


@dataclass(frozen=True, slots=True)
class _Hanging:
    """Records that hang on others: their table, the columns of their numbers and of what they hang on, and their truth."""

    table: sa.Table
    key: Any
    owner: Any
    told: Callable[[Context, Any], dict[str, Any]]


_HANGING: Mapping[str, _Hanging] = {
    "note": _Hanging(NOTES, NOTES.c.id, NOTES.c.ticket, _note),
    "attachment": _Hanging(ATTACHMENTS, ATTACHMENTS.c.id, ATTACHMENTS.c.owner, _attachment),
    "assignment": _Hanging(ASSIGNMENTS, ASSIGNMENTS.c.f1, ASSIGNMENTS.c.f6, _assignment),
    "assignment_note": _Hanging(
        ASSIGNMENT_NOTES, ASSIGNMENT_NOTES.c.id, ASSIGNMENT_NOTES.c.assignment, _assignment_note
    ),
}
"""What hangs on tickets, by the word that a request calls it."""
_SOLUTION = "solution"
"""Solutions hang on none: tickets name them, and an administrator writes them (`enter`)."""


def _solutions(ctx: Context) -> list[dict[str, Any]]:
    """The truth of all solutions, by the number that tickets show."""
    found = [
        _record(number, SOLUTION, renderings.solution_values(number, facts))
        for key, facts in model.directory(ctx)["solution"].items()
        for number in (facts.get("id", key),)
    ]
    return sorted(found, key=lambda record: int(record["id"]))


def _entity(arguments: Arguments) -> str:
    found = arguments.text("entity", "ticket")
    if found not in ("ticket", _SOLUTION) and found not in _HANGING:
        raise Misuse(
            f"{found!r} is nothing of Track-It! that can be looked at; there are ticket, {', '.join(_HANGING)}, {_SOLUTION}"
        )
    return found


# --- operations -------------------------------------------------------------------------------------------------------


def create(ctx: Context, request: Any) -> dict[str, Any]:
    """Somebody opens a ticket. `{"fields"?, "by"?}`."""
    arguments = Arguments.of(ctx, request)
    by, given = author(ctx, arguments.text("by", BY)), arguments.fields(required=False)
    arguments.done()
    made = {**_made_up(ctx), **given}
    row = changes.create(ctx, made, by)
    if any(row[name] != value for name, value in given.items()):
        row = changes.change(ctx, row, given, by, stamp=False)
    return _ticket(ctx, row)


def _made_up(ctx: Context) -> Row:
    """A summary, text and requestor, the same for the same seed and turn."""
    tenant = access.tenant_of(ctx).name
    last = ctx.db.execute(sa.select(sa.func.max(TICKETS.c.f1)).where(TICKETS.c.tenant == tenant)).scalar() or 0
    source = ctx.installation.ids.source(f"trackit/{tenant}/{last}")
    requestors = list(model.directory(ctx)["requestor"])
    summary = phrases.SUMMARIES[int(source.random() * len(phrases.SUMMARIES))].format(n=last + 1)
    return {
        "f22": summary,
        "f7": phrases.DETAILS[int(source.random() * len(phrases.DETAILS))],
        "l_requestor": requestors[int(source.random() * len(requestors))] if requestors else None,
    }


def change(ctx: Context, request: Any) -> dict[str, Any]:
    """Somebody edits fields, those too that the API cannot. `{"id", "fields", "by"?}`."""
    arguments = Arguments.of(ctx, request)
    row, by, given = _existing(ctx, arguments.number()), author(ctx, arguments.text("by", BY)), arguments.fields()
    arguments.done()
    after = changes.change(ctx, row, given, by)
    if any(after[name] != value for name, value in given.items()):
        after = changes.change(ctx, after, given, by, stamp=False)
    return _ticket(ctx, after)


def delete(ctx: Context, request: Any) -> dict[str, Any]:
    """Somebody deletes a ticket with all that hangs on it. `{"id"}`."""
    arguments = Arguments.of(ctx, request)
    id_ = arguments.number()
    arguments.done()
    _existing(ctx, id_)
    model.remove(ctx, id_)
    return {"id": str(id_), "exists": False, "fields": {}}


def read(ctx: Context, request: Any) -> dict[str, Any]:
    """The truth of a record. `{"id", "entity"?}`; the id `customer` tells of the customer."""
    arguments = Arguments.of(ctx, request)
    if arguments.raw.get("id") == CUSTOMER:
        return customer.told(ctx)
    entity, id_ = _entity(arguments), arguments.number()
    arguments.done()
    if entity == "ticket":
        row = model.ticket(ctx, id_)
        return {"id": str(id_), "exists": False, "fields": {}} if row is None else _ticket(ctx, row)
    if entity == _SOLUTION:
        gone = {"id": str(id_), "exists": False, "fields": {}}
        return next((each for each in _solutions(ctx) if each["id"] == str(id_)), gone)
    hung = _HANGING[entity]
    mine = (hung.table.c.tenant == access.tenant_of(ctx).name, hung.key == id_)
    found = ctx.db.execute(sa.select(hung.table).where(*mine)).one_or_none()
    return {"id": str(id_), "exists": False, "fields": {}} if found is None else hung.told(ctx, found)


def list_(ctx: Context, request: Any) -> dict[str, Any]:
    """The truth of all records by number. `{"after"?, "most"?, "entity"?, "ticket"?, "assignment"?}`: what hangs on one."""
    arguments = Arguments.of(ctx, request)
    entity, after, most = _entity(arguments), arguments.after() or 0, arguments.whole("most", 100, 1, MOST)
    if entity == _SOLUTION:
        arguments.done()
        return {"records": [each for each in _solutions(ctx) if int(each["id"]) > after][:most]}
    hung = _HANGING.get(entity)
    table, key = (TICKETS, TICKETS.c.f1) if hung is None else (hung.table, hung.key)
    conditions = [table.c.tenant == access.tenant_of(ctx).name, key > after]
    for owner in ("ticket", "assignment"):
        if hung is not None and owner in arguments.raw:
            conditions.append(hung.owner == arguments.number(owner))
            if entity == "attachment":
                conditions.append(ATTACHMENTS.c.module == owner)
    arguments.done()
    found = ctx.db.execute(sa.select(table).where(*conditions).order_by(key).limit(most)).all()
    if hung is None:
        return {"records": [_ticket(ctx, dict(row._mapping)) for row in found]}
    return {"records": [hung.told(ctx, row) for row in found]}


# --- acts -------------------------------------------------------------------------------------------------------------


def _add_note(ctx: Context, row: Row, by: changes.Author, arguments: Arguments) -> Row:
    """`note`: text?, note_type?, activity?, duration? (seconds), private?, system?, touch?, copies? (equal notes)."""
    draft = hanging.draft(ctx, arguments, phrases.NOTES[row["notes"] % len(phrases.NOTES)], by)
    touch = arguments.flag("touch", False)
    for _ in range(arguments.whole("copies", 1, 1, MOST_COPIES)):
        row = changes.add_note(ctx, row, draft, by, touch)[0]
    return row


def _change_status(ctx: Context, row: Row, by: changes.Author, arguments: Arguments) -> Row:
    """`change_status`: status (a name)."""
    return changes.change(ctx, row, {"l_status": hanging.code(ctx, arguments, "status", "status", "Escalated")}, by)


def _close(ctx: Context, row: Row, by: changes.Author, arguments: Arguments) -> Row:
    return _defaulted(ctx, row, by, changes.CLOSED)


def _reopen(ctx: Context, row: Row, by: changes.Author, arguments: Arguments) -> Row:
    return _defaulted(ctx, row, by, changes.OPEN)


def _defaulted(ctx: Context, row: Row, by: changes.Author, type_: str) -> Row:
    return changes.change(ctx, row, {"l_status": changes.default_status(ctx, type_)}, by)


def _assign(ctx: Context, row: Row, by: changes.Author, arguments: Arguments) -> Row:
    """`assign`: technician (a login)."""
    login = arguments.text("technician", by.login)
    found = model.directory(ctx).find("technician", "login", login)
    if found is None:
        raise Misuse(f"no technician has the login {login!r}")
    return changes.change(ctx, row, {"l_technician": found}, by)


def _update(ctx: Context, row: Row, by: changes.Author, arguments: Arguments) -> Row:
    """`update`: fields?; without them another summary."""
    summary = phrases.SUMMARIES[row["revision"] % len(phrases.SUMMARIES)].format(n=row["revision"])
    return changes.change(ctx, row, arguments.fields(required=False) or {"f22": summary}, by)


def _respond(ctx: Context, row: Row, by: changes.Author, arguments: Arguments) -> Row:
    return changes.change(ctx, row, {"f132": grid(ctx.now), "l_responder": by.technician}, by)


ACTIONS: Mapping[str, Callable[[Context, Row, changes.Author, Arguments], Row]] = {
    "note": _add_note,
    "change_status": _change_status,
    "close": _close,
    "reopen": _reopen,
    "assign": _assign,
    "update": _update,
    "respond": _respond,
    **hanging.ACTS,
}


def act(ctx: Context, request: Any) -> dict[str, Any]:
    """Somebody works on a ticket. `{"id", "action", "by"?, ...}`; on the id `customer` its administrator acts."""
    arguments = Arguments.of(ctx, request)
    if arguments.raw.get("id") == CUSTOMER:
        return customer.act(ctx, arguments)
    row, name = _existing(ctx, arguments.number()), arguments.text("action")
    if name not in ACTIONS:
        raise Misuse(f"there is no action {name!r}; there are {', '.join(ACTIONS)}{did_you_mean(name, ACTIONS)}")
    by = author(ctx, arguments.text("by", BY))
    ACTIONS[name](ctx, row, by, arguments)
    arguments.done()
    return _ticket(ctx, _existing(ctx, row["f1"]))


ADMIN_OPERATIONS = operations(
    Operation("create", create, "somebody opens a ticket: fields?, by?"),
    Operation(
        "act",
        act,
        f"somebody works on it: id, action ({', '.join(ACTIONS)}), by?; on the id customer an administrator "
        f"acts: {', '.join(customer.ACTIONS)}",
    ),
    Operation("change", change, "somebody edits fields, those too that the API cannot: id, fields, by?"),
    Operation("delete", delete, "somebody deletes it: id"),
    Operation("read", read, f"its truth: id, entity? (ticket, {', '.join(_HANGING)}, {_SOLUTION}), or the id customer"),
    Operation("list", list_, "the truth of all, by number: after?, most?, entity?, ticket?, assignment?"),
    Operation("import", import_, "records as they are elsewhere: entity?, records, clear?"),
)
