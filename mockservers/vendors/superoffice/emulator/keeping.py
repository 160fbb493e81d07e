"""Writing tickets: each write has a revision of its own, and those who listen are told of it.

Knows no request. What a call to a listener says is for `webhooks`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.operations import Context
from mockservers.vendors.superoffice.emulator import time_zones, webhooks
from mockservers.vendors.superoffice.emulator.model import (
    ATTACHMENTS,
    DATES,
    ENUMERATED,
    ENUMS,
    MESSAGES,
    STORED,
    TICKETS,
    next_moment,
    one,
    tenant_name,
    turn,
    written,
)

_REPLACE = (
    sa.update(TICKETS)
    .where(TICKETS.c.tenant == sa.bindparam("of_tenant"), TICKETS.c.TicketId == sa.bindparam("of"))
    .values({column.name: sa.bindparam(column.name) for column in TICKETS.c if not column.primary_key})
)
"""Every column of a ticket but its key: made once, for putting it together takes far longer than running it."""


def keep(ctx: Context, row: Mapping[str, Any], *, new: bool = False) -> None:
    """Write a ticket under a new revision."""
    written(ctx)
    values = {**row, "tenant": tenant_name(ctx), "revision": turn(ctx), "due": next_moment(row)}
    if webhooks.listening(ctx):
        _raise(ctx, row, new)
    if new:
        ctx.db.execute(sa.insert(TICKETS), values)
    else:
        of = {"of_tenant": values.pop("tenant"), "of": values.pop("TicketId")}
        ctx.db.execute(_REPLACE, {**values, **of})


def _raise(ctx: Context, row: Mapping[str, Any], new: bool) -> None:
    """Tell those who listen that a ticket is made or changed; one that is written as it was is neither."""
    before = None if new else one(ctx.db, tenant_name(ctx), row["TicketId"])
    changed = [] if before is None else [name for name in STORED if before[name] != row[name]]
    if before is not None and not changed:
        return
    names = [webhooks.column(each) for each in ("TicketId", *changed)] if changed else []
    event = webhooks.CREATED if before is None else webhooks.CHANGED
    told = {webhooks.column(name): _told(ctx, name, row[name]) for name in TOLD}
    webhooks.raised(ctx, event, row, names, dict(sorted(told.items())), getattr(ctx.scratch, "associate", 0))


TOLD = (
    *(
        "BaseStatus",
        "Category",
        "ConnectId",
        "CreatedAt",
        "CustId",
        "HasAttachment",
        "LastChanged",
        "OwnedBy",
        "Priority",
    ),
    *("ProjectId", "SaleId", "Slevel", "TicketStatus", "TicketTypeId"),
)
"""What a call to a listener tells of a ticket (superoffice.webhook.call)."""


def _told(ctx: Context, name: str, value: Any) -> Any:
    """A column's value as such a call has it: numbers for names and truth, times in the base zone without a mark."""
    if name in DATES:
        return None if value is None else time_zones.TimeFormat(ctx.dialect["base_zone"], False).write(value)
    if name in ENUMERATED:
        return ENUMS[ENUMERATED[name]].get(value, 0)
    return int(value) if isinstance(value, bool) else value


def remove(ctx: Context, id_: int) -> None:
    """Take a ticket away, with its messages and their attachments. No event tells of it (superoffice.webhook.events)."""
    written(ctx)
    tenant = tenant_name(ctx)
    ctx.db.execute(sa.delete(TICKETS).where(TICKETS.c.tenant == tenant, TICKETS.c.TicketId == id_))
    for table in (MESSAGES, ATTACHMENTS):
        ctx.db.execute(sa.delete(table).where(table.c.tenant == tenant, table.c.ticket == id_))
