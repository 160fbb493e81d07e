"""What other people do at Toy: they open, edit, close and delete tickets. The operations of `World.act`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from mockservers.kernel import instants
from mockservers.kernel.arguments import Arguments
from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Misuse
from mockservers_toy.emulator.model import FIELDS, STATUSES, TICKETS, Row


def _of(ctx: Context, id_: int) -> Row | None:
    assert ctx.tenant is not None
    found = ctx.db.execute(sa.select(TICKETS).where(TICKETS.c.tenant == ctx.tenant.name, TICKETS.c.id == id_)).first()
    return None if found is None else dict(found._mapping)


def _there(ctx: Context, id_: int) -> Row:
    row = _of(ctx, id_)
    if row is None or row["deleted"]:
        raise Misuse(f"there is no ticket {id_}; list the records to see which there are")
    return row


def _truth(row: Row | None, id_: int) -> dict[str, Any]:
    if row is None or row["deleted"]:
        return {"id": str(id_), "exists": False, "fields": {}}
    return {"id": str(id_), "exists": True, "fields": {name: row[name] for name in FIELDS}}


def _checked(fields: Mapping[str, Any]) -> dict[str, str]:
    for name, value in fields.items():
        if name not in FIELDS:
            raise Misuse(f"unknown field {name!r}; expected one of: {', '.join(FIELDS)}")
        if not isinstance(value, str):
            raise Misuse(f"{name} must be text, got {value!r}")
        if name == "status" and value not in STATUSES:
            raise Misuse(f"status must be one of {', '.join(STATUSES)}, got {value!r}")
    return dict(fields)


def _keep(ctx: Context, id_: int, **values: Any) -> dict[str, Any]:
    assert ctx.tenant is not None
    own = (TICKETS.c.tenant == ctx.tenant.name, TICKETS.c.id == id_)
    ctx.db.execute(sa.update(TICKETS).where(*own).values(**values, changed=ctx.now))
    return _truth(_of(ctx, id_), id_)


def create(ctx: Context, request: Any) -> dict[str, Any]:
    """Somebody opens a ticket. `{"fields"?}`."""
    assert ctx.tenant is not None
    arguments = Arguments.of(ctx, request)
    fields = _checked(arguments.members("fields"))
    arguments.done()
    own = TICKETS.c.tenant == ctx.tenant.name
    id_ = (ctx.db.execute(sa.select(sa.func.max(TICKETS.c.id)).where(own)).scalar() or 0) + 1
    row = {"title": "A ticket", "status": "Open", **fields, "tenant": ctx.tenant.name, "id": id_, "deleted": False}
    ctx.db.execute(sa.insert(TICKETS), [{**row, "changed": ctx.now}])
    return _truth(row, id_)


def change(ctx: Context, request: Any) -> dict[str, Any]:
    """Somebody edits fields. `{"id", "fields"}`."""
    arguments = Arguments.of(ctx, request)
    id_, fields = arguments.number(), _checked(arguments.members("fields", required=True))
    arguments.done()
    _there(ctx, id_)
    return _keep(ctx, id_, **fields)


ACTIONS: Mapping[str, Callable[[Context, int], dict[str, Any]]] = {
    "close": lambda ctx, id_: _keep(ctx, id_, status="Closed"),
    "reopen": lambda ctx, id_: _keep(ctx, id_, status="Open"),
}


def act(ctx: Context, request: Any) -> dict[str, Any]:
    """Somebody acts on a ticket. `{"id", "action"}`."""
    arguments = Arguments.of(ctx, request)
    id_, action = arguments.number(), arguments.text("action")
    arguments.done()
    if action not in ACTIONS:
        raise Misuse(f"there is no action {action!r}; expected one of: {', '.join(ACTIONS)}")
    _there(ctx, id_)
    return ACTIONS[action](ctx, id_)


def delete(ctx: Context, request: Any) -> dict[str, Any]:
    """A ticket is deleted. `{"id"}`."""
    arguments = Arguments.of(ctx, request)
    id_ = arguments.number()
    arguments.done()
    _there(ctx, id_)
    return _keep(ctx, id_, deleted=True)


def read(ctx: Context, request: Any) -> dict[str, Any]:
    """The truth of a ticket. `{"id"}`."""
    arguments = Arguments.of(ctx, request)
    id_ = arguments.number()
    arguments.done()
    return _truth(_of(ctx, id_), id_)


def list_records(ctx: Context, request: Any) -> dict[str, Any]:
    """The truth of many, by number. `{"after"?, "most"?}`."""
    assert ctx.tenant is not None
    arguments = Arguments.of(ctx, request)
    after, most = arguments.after() or 0, arguments.whole("most", 100, 1, 1000)
    arguments.done()
    rows = ctx.db.execute(
        sa.select(TICKETS)
        .where(TICKETS.c.tenant == ctx.tenant.name, TICKETS.c.id > after, ~TICKETS.c.deleted)
        .order_by(TICKETS.c.id)
        .limit(most)
    )
    return {"records": [_truth(dict(row._mapping), row.id) for row in rows]}


def import_(ctx: Context, request: Any) -> dict[str, Any]:
    """Tickets as they are elsewhere. `{"records": [{"id", "fields", "exists"?}], "clear"?, "entity"?}`."""
    assert ctx.tenant is not None
    arguments = Arguments.of(ctx, request)
    records, clear = arguments.take("records", []), arguments.flag("clear", False)
    arguments.take("entity")
    arguments.done()
    own = TICKETS.c.tenant == ctx.tenant.name
    if clear:
        ctx.db.execute(sa.delete(TICKETS).where(own))
    for record in records:
        told = dict(record.get("fields", {}))
        changed = told.pop("changed", None)  # a record comes with the instant of its own change
        id_, fields = int(record["id"]), _checked(told)
        kept = _of(ctx, id_) or {"title": "", "status": "Open"}
        ctx.db.execute(sa.delete(TICKETS).where(own, TICKETS.c.id == id_))
        gone = not record.get("exists", True)
        row = {**kept, **fields, "tenant": ctx.tenant.name, "id": id_, "deleted": gone}
        row["changed"] = ctx.now if changed is None else instants.from_iso(changed)
        ctx.db.execute(sa.insert(TICKETS), [row])
    return {"imported": len(records)}
