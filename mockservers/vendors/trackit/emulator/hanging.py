"""What other people do with what hangs on a ticket: assignments, their notes and order, and files.

Each act takes the ticket. `assignment` names one of its assignments by number; without it the latest one is meant, and
where there is none nothing happens. Knows no wire.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Misuse
from mockservers.kernel.store import LARGEST
from mockservers.vendors.trackit.emulator import assigning, changes, fields, model, phrases
from mockservers.vendors.trackit.emulator.arguments import Arguments, columns
from mockservers.vendors.trackit.emulator.changes import Author, Draft
from mockservers.vendors.trackit.emulator.model import ASSIGNMENT, ASSIGNMENTS, ATTACHMENTS, Row

Act = Callable[[Context, Row, Author, Arguments], Row]
MOST = 1000


def code(ctx: Context, arguments: Arguments, name: str, module: str, default: str) -> int:
    """The number of a record of a list that is given by its name."""
    given = arguments.text(name, default)
    found = model.directory(ctx).find(module, "name", given)
    if found is None:
        there = ", ".join(str(facts.get("name")) for facts in model.directory(ctx)[module].values())
        raise Misuse(f"{name!r} must be one of {there}, got {given!r}")
    return found


def draft(ctx: Context, arguments: Arguments, text: str, by: Author) -> Draft:
    """A note: text?, note_type?, activity?, duration? (seconds), private?, system?."""
    system = arguments.flag("system", False)
    return Draft(
        code(ctx, arguments, "note_type", "note_type", "Technician Note"),
        code(ctx, arguments, "activity", "activity", "System" if system else "Note By Technician"),
        arguments.text("text", text),
        arguments.number("duration", 0, fields.LARGEST),
        arguments.flag("private", False),
        system,
        model.directory(ctx).find("requestor", "id", by.login) if by.technician is None else None,
    )


# --- assignments ------------------------------------------------------------------------------------------------------


def of(ctx: Context, ticket: Row) -> list[Row]:
    """The assignments of a ticket, by number."""
    mine = (ASSIGNMENTS.c.tenant == ticket["tenant"], ASSIGNMENTS.c.f6 == ticket["f1"])
    found = ctx.db.execute(sa.select(ASSIGNMENTS).where(*mine).order_by(ASSIGNMENTS.c.f1))
    return [dict(row._mapping) for row in found]


def _chosen(ctx: Context, ticket: Row, arguments: Arguments, name: str = "assignment") -> Row | None:
    """The assignment that is meant."""
    known = of(ctx, ticket)
    if name not in arguments.raw:
        return known[-1] if known else None
    number = arguments.number(name)
    found = next((row for row in known if row["f1"] == number), None)
    if found is None:
        there = ", ".join(str(row["f1"]) for row in known) or "none"
        raise Misuse(f"{name!r} must be an assignment of the ticket, got {number}; there are {there}")
    return found


def _add(ctx: Context, ticket: Row, by: Author, arguments: Arguments) -> Row:
    """`add_assignment`: open?, fields?, copies? (equal ones)."""
    given = columns(ctx, arguments.members("fields"), ASSIGNMENT)
    given.setdefault("l_group", ticket["l_group"])
    if not arguments.flag("open", True):
        given.setdefault("l_status", changes.default_status(ctx, changes.CLOSED))
    for _ in range(arguments.whole("copies", 1, 1, MOST)):
        assigning.create(ctx, ticket, given, by)
    return ticket


def _change(ctx: Context, ticket: Row, by: Author, arguments: Arguments) -> Row:
    """`change_assignment`: assignment?, fields?; without them another summary."""
    row = _chosen(ctx, ticket, arguments)
    given = columns(ctx, arguments.members("fields"), ASSIGNMENT)
    if row is not None:
        summary = phrases.SUMMARIES[row["revision"] % len(phrases.SUMMARIES)].format(n=row["revision"])
        after = assigning.change(ctx, row, given or {"f22": summary}, by)
        if any(after[name] != value for name, value in given.items()):
            assigning.change(ctx, after, given, by, stamp=False)
    return ticket


def _note(ctx: Context, ticket: Row, by: Author, arguments: Arguments) -> Row:
    """`note_assignment`: assignment?, and what a note of a ticket takes but private."""
    row = _chosen(ctx, ticket, arguments)
    made = draft(ctx, arguments, phrases.NOTES[ticket["notes"] % len(phrases.NOTES)], by)
    if row is not None:
        assigning.add_note(ctx, row, made, by)
    return ticket


def _moving(type_: str) -> Act:
    def act(ctx: Context, ticket: Row, by: Author, arguments: Arguments) -> Row:
        row = _chosen(ctx, ticket, arguments)
        if row is not None:
            assigning.change(ctx, row, {"l_status": changes.default_status(ctx, type_)}, by)
        return ticket

    return act


def _resolve(ctx: Context, ticket: Row, by: Author, arguments: Arguments) -> Row:
    """All open assignments of the ticket are resolved."""
    closed = changes.default_status(ctx, changes.CLOSED)
    for row in of(ctx, ticket):
        if not changes.is_closed(ctx, row):
            assigning.change(ctx, row, {"l_status": closed}, by)
    return ticket


def _drop(ctx: Context, ticket: Row, by: Author, arguments: Arguments) -> Row:
    """`drop_assignment`: assignment?."""
    row = _chosen(ctx, ticket, arguments)
    if row is not None:
        assigning.remove(ctx, row, by)
    return ticket


def _link(ctx: Context, ticket: Row, by: Author, arguments: Arguments) -> Row:
    """`link_assignments`: first and next (numbers), status? (a name: what next gets when first is closed)."""
    first, next_ = (_chosen(ctx, ticket, arguments, name) for name in ("first", "next"))
    status = code(ctx, arguments, "status", "status", "") if arguments.has("status") else None
    if first is None or next_ is None or first["f1"] == next_["f1"]:
        raise Misuse("'first' and 'next' must be two assignments of the ticket")
    assigning.link(ctx, first, next_, status)
    return ticket


# --- files ------------------------------------------------------------------------------------------------------------


def _attach(ctx: Context, ticket: Row, by: Author, arguments: Arguments) -> Row:
    """`attach`: name?, size?, url?, text? (what is in it), copies?; assignment? or solution? (numbers) to attach it there."""
    url = arguments.text("url") if "url" in arguments.raw else None
    content = arguments.text("text").encode() if "text" in arguments.raw else None
    size = arguments.number("size", 1024, LARGEST) if content is None else len(content)
    made = {
        "tenant": ticket["tenant"],
        **_owner(ctx, ticket, arguments),
        "size": size,
        "name": arguments.text("name", "attachment.txt"),
        "url": url,
        "content": None if content is None else base64.b64encode(content).decode(),
    }
    for _ in range(arguments.whole("copies", 1, 1, MOST)):
        model.insert(ctx, ATTACHMENTS, [{**made, "id": model.number(ctx, "attachment")}])
    return ticket


def _owner(ctx: Context, ticket: Row, arguments: Arguments) -> dict[str, Any]:
    if "assignment" in arguments.raw:
        row = _chosen(ctx, ticket, arguments)
        assert row is not None
        return {"module": "assignment", "owner": row["f1"]}
    if "solution" in arguments.raw:
        number = arguments.number("solution")
        if model.directory(ctx).find("solution", "id", number) is None:
            raise Misuse(f"there is no solution {number}")
        return {"module": "solution", "owner": number}
    return {"module": "ticket", "owner": ticket["f1"]}


def _detach(ctx: Context, ticket: Row, by: Author, arguments: Arguments) -> Row:
    """`detach`: the latest file of the ticket is removed."""
    table = ATTACHMENTS
    mine = (table.c.tenant == ticket["tenant"], table.c.module == "ticket", table.c.owner == ticket["f1"])
    last = ctx.db.execute(sa.select(sa.func.max(table.c.id)).where(*mine)).scalar()
    ctx.db.execute(sa.delete(table).where(table.c.tenant == ticket["tenant"], table.c.id == last))
    return ticket


ACTS: Mapping[str, Act] = {
    "attach": _attach,
    "detach": _detach,
    "add_assignment": _add,
    "change_assignment": _change,
    "note_assignment": _note,
    "close_assignment": _moving(changes.CLOSED),
    "reopen_assignment": _moving(changes.OPEN),
    "resolve_assignments": _resolve,
    "drop_assignment": _drop,
    "link_assignments": _link,
}
