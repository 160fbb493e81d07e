"""What other people do at Track-It!: technicians and requestors in the product itself. The operations of `World.act`.

Each takes a plain object and gives the record's truth after it, under field numbers as text. The customer itself has
the id `customer`: its administrator acts on it (see `administration`). Knows no wire.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.operations import Context, Operation, operations
from mockservers.kernel.rules import Misuse
from mockservers.kernel.store import LARGEST
from mockservers.registry import did_you_mean
from mockservers.vendors.trackit.emulator import access, changes, customer, fields, model, phrases, renderings
from mockservers.vendors.trackit.emulator.arguments import CUSTOMER, Arguments, author
from mockservers.vendors.trackit.emulator.changes import Draft
from mockservers.vendors.trackit.emulator.fields import ASSIGNMENT, ATTACHMENT, NOTE, TICKET, grid, shown
from mockservers.vendors.trackit.emulator.importing import import_
from mockservers.vendors.trackit.emulator.model import ASSIGNMENTS, ATTACHMENTS, NOTES, TICKETS, Row

MOST, MOST_COPIES = 10_000, 1000
BY = "TECH1"


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


_HANGING: Mapping[str, tuple[sa.Table, Callable[[Context, Any], dict[str, Any]]]] = {
    "note": (NOTES, _note),
    "attachment": (
        ATTACHMENTS,
        lambda _, row: _record(row.id, ATTACHMENT, {1: row.id, 6: row.size, 7: row.name, 14: row.url}),
    ),
    "assignment": (
        ASSIGNMENTS,
        lambda _, row: _record(row.id, ASSIGNMENT, {1: row.id, 2: row.modified, 3: row.last_user, 4: row.group}),
    ),
}
"""What hangs on tickets, by the word that a request calls it."""


def _entity(arguments: Arguments) -> str:
    found = arguments.text("entity", "ticket")
    if found != "ticket" and found not in _HANGING:
        raise Misuse(
            f"{found!r} is nothing of Track-It! that can be looked at; there are ticket, {', '.join(_HANGING)}"
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
    table, told = _HANGING[entity]
    mine = (table.c.tenant == access.tenant_of(ctx).name, table.c.id == id_)
    found = ctx.db.execute(sa.select(table).where(*mine)).one_or_none()
    return {"id": str(id_), "exists": False, "fields": {}} if found is None else told(ctx, found)


def list_(ctx: Context, request: Any) -> dict[str, Any]:
    """The truth of all records by number. `{"after"?, "most"?, "entity"?, "ticket"?}`."""
    arguments = Arguments.of(ctx, request)
    entity, after, most = _entity(arguments), arguments.after() or 0, arguments.whole("most", 100, 1, MOST)
    table = TICKETS if entity == "ticket" else _HANGING[entity][0]
    key = table.c.f1 if entity == "ticket" else table.c.id
    conditions = [table.c.tenant == access.tenant_of(ctx).name, key > after]
    if entity != "ticket" and "ticket" in arguments.raw:
        conditions.append(table.c.ticket == arguments.number("ticket"))
    arguments.done()
    found = ctx.db.execute(sa.select(table).where(*conditions).order_by(key).limit(most)).all()
    if entity == "ticket":
        return {"records": [_ticket(ctx, dict(row._mapping)) for row in found]}
    return {"records": [_HANGING[entity][1](ctx, row) for row in found]}


# --- acts -------------------------------------------------------------------------------------------------------------


def _code(ctx: Context, arguments: Arguments, name: str, module: str, default: str) -> int:
    given = arguments.text(name, default)
    found = model.directory(ctx).find(module, "name", given)
    if found is None:
        there = ", ".join(str(facts.get("name")) for facts in model.directory(ctx)[module].values())
        raise Misuse(f"{name!r} must be one of {there}, got {given!r}")
    return found


def _add_note(ctx: Context, row: Row, by: changes.Author, arguments: Arguments) -> Row:
    """`note`: text?, note_type?, activity?, duration? (seconds), private?, system?, touch?, copies? (equal notes)."""
    system = arguments.flag("system", False)
    draft = Draft(
        _code(ctx, arguments, "note_type", "note_type", "Technician Note"),
        _code(ctx, arguments, "activity", "activity", "System" if system else "Note By Technician"),
        arguments.text("text", phrases.NOTES[row["notes"] % len(phrases.NOTES)]),
        arguments.number("duration", 0, fields.LARGEST),
        arguments.flag("private", False),
        system,
        model.directory(ctx).find("requestor", "id", by.login) if by.technician is None else None,
    )
    touch = arguments.flag("touch", False)
    for _ in range(arguments.whole("copies", 1, 1, MOST_COPIES)):
        row = changes.add_note(ctx, row, draft, by, touch)[0]
    return row


def _change_status(ctx: Context, row: Row, by: changes.Author, arguments: Arguments) -> Row:
    """`change_status`: status (a name)."""
    return changes.change(ctx, row, {"l_status": _code(ctx, arguments, "status", "status", "Escalated")}, by)


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


def _attach(ctx: Context, row: Row, by: changes.Author, arguments: Arguments) -> Row:
    """`attach`: name?, size?, url?."""
    url = arguments.text("url") if "url" in arguments.raw else None
    model.insert(
        ctx,
        ATTACHMENTS,
        [
            {
                "tenant": row["tenant"],
                "id": model.number(ctx, "attachment"),
                "ticket": row["f1"],
                "size": arguments.number("size", 1024, LARGEST),
                "name": arguments.text("name", "attachment.txt"),
                "url": url,
            }
        ],
    )
    return row


def _add_assignment(ctx: Context, row: Row, by: changes.Author, arguments: Arguments) -> Row:
    model.insert(
        ctx,
        ASSIGNMENTS,
        [
            {
                "tenant": row["tenant"],
                "id": model.number(ctx, "assignment"),
                "ticket": row["f1"],
                "modified": grid(ctx.now),
                "last_user": by.login,
                "group": row["l_group"],
                "open": arguments.flag("open", True),
            }
        ],
    )
    return row


def _resolve(ctx: Context, row: Row, by: changes.Author, arguments: Arguments) -> Row:
    """All open assignments of the ticket are resolved."""
    mine = (ASSIGNMENTS.c.tenant == row["tenant"], ASSIGNMENTS.c.ticket == row["f1"], ASSIGNMENTS.c.open)
    ctx.db.execute(sa.update(ASSIGNMENTS).where(*mine).values(open=False, modified=grid(ctx.now), last_user=by.login))
    return row


ACTIONS: Mapping[str, Callable[[Context, Row, changes.Author, Arguments], Row]] = {
    "note": _add_note,
    "change_status": _change_status,
    "close": _close,
    "reopen": _reopen,
    "assign": _assign,
    "update": _update,
    "respond": _respond,
    "attach": _attach,
    "add_assignment": _add_assignment,
    "resolve_assignments": _resolve,
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
    after = ACTIONS[name](ctx, row, by, arguments)
    arguments.done()
    return _ticket(ctx, after)


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
    Operation("read", read, "its truth: id, entity? (ticket, note, attachment, assignment), or the id customer"),
    Operation("list", list_, "the truth of all, by number: after?, most?, entity?, ticket?"),
    Operation("import", import_, "records as they are elsewhere: entity?, records, clear?"),
)
