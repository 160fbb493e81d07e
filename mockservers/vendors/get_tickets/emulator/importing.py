"""Tickets taken over as they stand elsewhere, with their numbers, dates and references: the operation `import`.

Nothing is worked out: what was told is what is kept. Knows no wire.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Misuse
from mockservers.vendors.get_tickets.emulator import attachments, chronicle, lag
from mockservers.vendors.get_tickets.emulator.arguments import Arguments, Values
from mockservers.vendors.get_tickets.emulator.model import (
    ATTACHMENTS,
    DIRECTORY,
    EMPTY,
    HISTORY,
    OUTPUTS,
    PENDING,
    TICKETS,
    custom_names,
    kept,
)

_CHUNK = 400


def import_(ctx: Context, request: Any) -> dict[str, Any]:
    """Tickets as they are elsewhere. `{"records": [{"id", "fields", "exists"?}], "clear"?, "entity"?}`."""
    arguments = Arguments.of(ctx, request)
    records, clear, entity = (
        arguments.take("records", []),
        arguments.take("clear", False),
        arguments.take("entity", "ticket"),
    )
    arguments.done()
    if entity != "ticket" or not isinstance(records, list) or not all(isinstance(each, Mapping) for each in records):
        raise Misuse("'records' is a list of tickets, each with id and fields; 'entity' is ticket or left out")
    assert ctx.tenant is not None
    tenant = ctx.tenant.name
    if clear:
        for table in (TICKETS, PENDING, HISTORY, ATTACHMENTS, DIRECTORY):
            ctx.db.execute(sa.delete(table).where(table.c.tenant == tenant))
        ctx.installation.cache.clear()
    images: dict[int, Values | None] = {}
    for each in records:
        tid = Arguments(ctx, each).number()
        images[tid] = _image(ctx, tid, each) if each.get("exists", True) else None
    tids = list(images)
    for start in range(0, len(tids), _CHUNK):
        lag.change(ctx, tenant, {tid: images[tid] for tid in tids[start : start + _CHUNK]}, 0)
    for tid in (each for each, image in images.items() if image is None):
        chronicle.forget(ctx, tid, ctx.now)
        attachments.forget(ctx, tid, ctx.now)
    _enter(ctx, tenant, [each for each in images.values() if each is not None])
    return {"imported": len(images)}


def _image(ctx: Context, tid: int, record: Mapping[str, Any]) -> Values:
    assert ctx.tenant is not None
    fields = record.get("fields")
    if not isinstance(fields, Mapping):
        raise Misuse(f"ticket {tid} has no 'fields'")
    values = {**(lag.truth(ctx, ctx.tenant.name, tid) or EMPTY), "tid": tid}
    for name, value in fields.items():
        if name not in OUTPUTS:
            raise Misuse(f"a ticket has no field {name!r}; it has {', '.join(OUTPUTS)}")
        if name == "custom_fields":
            values[name] = _custom(ctx, value)
            continue
        try:
            values[name] = kept(name, value)
        except ValueError as error:
            raise Misuse(f"ticket {tid}: {error}") from error
    return values


def _custom(ctx: Context, given: Any) -> str:
    """Custom fields; a name that is not defined yet is defined by being told."""
    assert ctx.tenant is not None
    if not isinstance(given, Mapping):
        raise Misuse(f"custom_fields must be an object of names and texts, got {given!r}")
    defined = list(ctx.tenant.facts["custom_fields"])
    known = {name.lower() for name in given}
    wanted = (
        [*given, *(name for name in defined if name.lower() not in known)] if len(given) < len(defined) else [*given]
    )
    if given and wanted != defined:
        try:
            ctx.tenant.facts["custom_fields"] = list(custom_names(wanted))
        except ValueError as error:
            raise Misuse(str(error)) from error
        ctx.installation.cache.clear()
    return json.dumps({name: str(value) for name, value in given.items() if value})


_PAIRS = (
    ("company", "company_id", "company_name"),
    ("tech_group", "assigned_group_id", "assigned_group_name"),
    ("customer_group", "customer_group_id", "customer_group_name"),
)
_OF_CUSTOMERS = ("company_id", "contact", "phone", "email", "customer_group_id", "customer_group_name")


def _enter(ctx: Context, tenant: str, tickets: list[Values]) -> None:
    """Make known whom tickets name, so that what others do later finds them."""
    here = sa.select(DIRECTORY.c.kind, DIRECTORY.c.id).where(DIRECTORY.c.tenant == tenant)
    known = {(each.kind, each.id) for each in ctx.db.execute(here)}
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for ticket in tickets:
        found: list[tuple[str, str, str, dict[str, Any]]]
        found = [(kind, str(ticket[id_]), ticket[name], {}) for kind, id_, name in _PAIRS if ticket[id_]]
        if ticket["cid"]:
            found.append(("customer", ticket["cid"], ticket["contact"], {name: ticket[name] for name in _OF_CUSTOMERS}))
        if ticket["assigned_tech"]:
            found.append(("technician", ticket["assigned_tech"], ticket["assigned_tech"], {"type": "TECH"}))
        for kind, id_, name, facts in found:
            if (kind, id_) not in known:
                rows[kind, id_] = {"tenant": tenant, "kind": kind, "id": id_, "name": name, "facts": json.dumps(facts)}
    if rows:
        ctx.db.execute(sa.insert(DIRECTORY), list(rows.values()))
