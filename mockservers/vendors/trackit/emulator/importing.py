"""Tickets and notes taken over as answers tell them, by field number, with the records they link to: the operation `import`.

Nothing is worked out: what was told is what is kept. Knows no wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Misuse
from mockservers.vendors.trackit.emulator import model
from mockservers.vendors.trackit.emulator.arguments import Arguments
from mockservers.vendors.trackit.emulator.fields import ATTACHMENT, MODULES, NOTE, Field, kept
from mockservers.vendors.trackit.emulator.model import (
    ASSIGNMENT_NOTES,
    ASSIGNMENTS,
    ATTACHMENTS,
    NOTES,
    NUMBERS,
    TICKETS,
)

_UNTOLD = 1_000_000
"""Where the numbers of linked records begin of which no field tells the number."""


def import_(ctx: Context, request: Any) -> dict[str, Any]:
    """Records as they are elsewhere. `{"entity"?, "records": [{"id", "fields"}], "clear"?}`; fields by number as text.

    Entities are ticket, note, attachment, assignment and assignment_note.
    """
    arguments = Arguments.of(ctx, request)
    records, clear, entity = (
        arguments.take("records", []),
        arguments.take("clear", False),
        arguments.take("entity", "ticket"),
    )
    arguments.done()
    if (
        not isinstance(entity, str)
        or entity not in _TAKES
        or not isinstance(records, list)
        or not all(isinstance(each, Mapping) for each in records)
    ):
        raise Misuse(f"'entity' is one of {', '.join(_TAKES)}, and 'records' a list, each with id and fields")
    assert ctx.tenant is not None
    tenant, table = ctx.tenant.name, _TABLES[entity]
    if clear:
        ctx.db.execute(sa.delete(table).where(table.c.tenant == tenant))
    for each in records:
        id_ = Arguments(ctx, each).number()
        fields = each.get("fields")
        if not isinstance(fields, Mapping):
            raise Misuse(f"{entity} {id_} has no 'fields'")
        try:
            _TAKES[entity](ctx, tenant, id_, fields)
        except (ValueError, KeyError, TypeError) as error:
            raise Misuse(f"{entity} {id_} cannot be taken over: {type(error).__name__} {error}") from error
        _count(ctx, tenant, entity, id_)
    model.forget(ctx)
    return {"imported": len(records)}


def _count(ctx: Context, tenant: str, name: str, id_: int) -> None:
    """Numbers of records that were taken over are not given again."""
    mine = (NUMBERS.c.tenant == tenant, NUMBERS.c.name == name)
    last = ctx.db.execute(sa.select(NUMBERS.c.value).where(*mine)).scalar()
    if last is None:
        ctx.db.execute(sa.insert(NUMBERS), {"tenant": tenant, "name": name, "value": id_})
    elif last < id_:
        ctx.db.execute(sa.update(NUMBERS).where(*mine).values(value=id_))


def _ticket(ctx: Context, tenant: str, id_: int, fields: Mapping[str, Any]) -> None:
    _take(ctx, tenant, id_, fields, model.TICKET, model.EMPTY, model.ticket(ctx, id_))


def _assignment(ctx: Context, tenant: str, id_: int, fields: Mapping[str, Any]) -> None:
    """An assignment; which ticket it is of, the address that it was told at says too (`ticket`)."""
    given = {number: value for number, value in fields.items() if number != "ticket"}
    given["2"] = fields["2"]  # when it was changed, every answer tells
    if "6" not in given:
        given["6"] = fields["ticket"]
    _take(ctx, tenant, id_, given, model.ASSIGNMENT, model.EMPTY_ASSIGNMENT, model.assignment(ctx, id_))


def _take(
    ctx: Context,
    tenant: str,
    id_: int,
    fields: Mapping[str, Any],
    kind: model.Kind,
    empty: model.Row,
    before: model.Row | None,
) -> None:
    """A ticket or an assignment in place of what was known of it."""
    table = kind.table
    row = {**empty, "tenant": tenant, "f1": id_, "revision": model.revision(ctx)}
    if before is not None:
        row |= {"notes": before["notes"], "user_notes": before["user_notes"]}
        ctx.db.execute(sa.delete(table).where(table.c.tenant == tenant, table.c.f1 == id_))
    told: dict[str, dict[str, Any]] = {}
    for number, value in fields.items():
        field = kind.fields.get(int(number))
        if field is None or field.number == 1:  # the record's id says that
            continue
        if field.link is None:
            row[field.column] = kept(field.form, value)
        elif field.attribute is None:
            row[field.column] = kept(field.form, value)
            told.setdefault(field.link, {})
        else:
            told.setdefault(field.link, {})[field.attribute] = kept(field.form, value)
    for link, facts in told.items():
        row[f"l_{link}"] = _linked(ctx, link, row[f"l_{link}"], facts)
    model.insert(ctx, table, [row])


def _linked(ctx: Context, link: str, id_: int | None, facts: Mapping[str, Any]) -> int | None:
    """The record that a link leads to, made known by what the ticket tells of it."""
    module, known = MODULES[link], model.directory(ctx)
    if id_ is None:
        attribute, value = next(iter(facts.items()))
        id_ = known.find(module, attribute, value)
        if id_ is None:
            id_ = _next(known, module)
    _enter(ctx, module, id_, facts)
    return id_


def _next(known: model.Directory, module: str) -> int:
    """A number for a record of which only names are told."""
    return max([_UNTOLD, *known[module]]) + 1


def _enter(ctx: Context, module: str, id_: int, facts: Mapping[str, Any]) -> None:
    """Make known what is told of a record, if that is news."""
    there = model.directory(ctx).get(module, id_)
    if any(there.get(name) != value for name, value in facts.items()):
        model.enter(ctx, module, id_, {**there, **facts})


def _note(ctx: Context, tenant: str, id_: int, fields: Mapping[str, Any]) -> None:
    _take_note(ctx, tenant, id_, fields, model.TICKET)


def _assignment_note(ctx: Context, tenant: str, id_: int, fields: Mapping[str, Any]) -> None:
    _take_note(ctx, tenant, id_, fields, model.ASSIGNMENT)


def _take_note(ctx: Context, tenant: str, id_: int, fields: Mapping[str, Any], kind: model.Kind) -> None:
    values = {
        int(number): kept(NOTE[int(number)].form, value) for number, value in fields.items() if int(number) in NOTE
    }
    owner = values[6]
    had = model.note(ctx, id_, kind)
    if had is not None and getattr(had, kind.name) != owner:
        earlier = getattr(had, kind.name)
        _keep(ctx, tenant, earlier, _others(ctx, tenant, earlier, id_, kind), kind)
    rows = _others(ctx, tenant, owner, id_, kind)
    rows.append(
        {
            "tenant": tenant,
            "id": id_,
            kind.name: owner,
            "modified": values[2],
            "last_user": values.get(3, ""),
            "group": values.get(4),
            "text": values.get(5),
            "date": values.get(7, values[2]),
            "technician": _named(ctx, "technician", values.get(8), {"name": values.get(16)}),
            "requestor": _named(ctx, "requestor", values.get(28), {"name": values.get(29)}),
            "duration": values.get(10, 0),
            "activity": _named(
                ctx, "activity", values.get(11), {"name": values.get(15), "description": values.get(30)}
            ),
            "type": _named(ctx, "note_type", None, {"name": values.get(26)}),
            "system": values.get(14, False),
            "private": values.get(27, False),
            "inactive": values.get(17, False),
            "track_time": values.get(31, False),
            "email": values.get(24),
            "email_key": values.get(25),
            "old_id": values.get(32),
            "revision": model.revision(ctx),
        }
    )
    _keep(ctx, tenant, owner, rows, kind)


def _others(ctx: Context, tenant: str, owner: int, id_: int, kind: model.Kind) -> list[dict[str, Any]]:
    """The notes of a record but one."""
    table = kind.notes
    others = sa.select(table).where(table.c.tenant == tenant, kind.owner == owner, table.c.id != id_)
    return [dict(each._mapping) for each in ctx.db.execute(others)]


def _keep(ctx: Context, tenant: str, owner: int, rows: list[dict[str, Any]], kind: model.Kind) -> None:
    """Make these the notes of a record, in the order of their dates."""
    rows.sort(key=lambda each: (each["date"], each["id"]))
    users = 0
    for place, each in enumerate(rows, 1):
        users += not each["system"]
        each |= {"place": place, "user_place": None if each["system"] else users}
    ctx.db.execute(sa.delete(kind.notes).where(kind.notes.c.tenant == tenant, kind.owner == owner))
    if rows:
        model.insert(ctx, kind.notes, rows)
    model.change(ctx, owner, {"notes": len(rows), "user_notes": users}, kind)


def _named(ctx: Context, module: str, id_: int | None, facts: Mapping[str, Any]) -> int | None:
    """A linked record of a note, by its number or else by its name."""
    told = {name: value for name, value in facts.items() if value is not None}
    return id_ if not told else _linked_to(ctx, module, id_, told)


def _linked_to(ctx: Context, module: str, id_: int | None, facts: Mapping[str, Any]) -> int | None:
    known = model.directory(ctx)
    if id_ is None:
        id_ = known.find(module, "name", facts["name"]) if "name" in facts else None
    if id_ is None:
        id_ = _next(known, module)
    _enter(ctx, module, id_, facts)
    return id_


def _told(field: Field, fields: Mapping[str, Any]) -> Any:
    value = fields.get(str(field.number))
    return None if value is None else kept(field.form, value)


def _attachment(ctx: Context, tenant: str, id_: int, fields: Mapping[str, Any]) -> None:
    """A file, of the ticket that its address names or of what `module` and `owner` say."""
    ctx.db.execute(sa.delete(ATTACHMENTS).where(ATTACHMENTS.c.tenant == tenant, ATTACHMENTS.c.id == id_))
    told = {number: _told(ATTACHMENT[number], fields) for number in (5, 6, 7, 14)}
    owner = kept("integer", fields["owner"] if "owner" in fields else fields["ticket"])
    made = {"size": told[6], "name": told[7], "url": told[14], "content": told[5]}
    model.insert(
        ctx,
        ATTACHMENTS,
        [{"tenant": tenant, "id": id_, "module": str(fields.get("module", "ticket")), "owner": owner, **made}],
    )


_TAKES = {
    "ticket": _ticket,
    "note": _note,
    "attachment": _attachment,
    "assignment": _assignment,
    "assignment_note": _assignment_note,
}
_TABLES = {
    "ticket": TICKETS,
    "note": NOTES,
    "attachment": ATTACHMENTS,
    "assignment": ASSIGNMENTS,
    "assignment_note": ASSIGNMENT_NOTES,
}
