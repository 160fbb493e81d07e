"""What a call of Toy means: who may ask, and which tickets answer. Values in, values out; knows no HTTP."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from mockservers.kernel.instants import SECOND
from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Refusal
from mockservers.kernel.tenants import Tenant
from mockservers_toy.emulator.model import TICKETS, Row

KEY = "key"


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked. `since` is an instant; `after` the change and number of the last ticket that was told."""

    key: str
    since: int | None = None
    after: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of tickets, and where the next page goes on."""

    rows: list[Row]
    next: tuple[int, int] | None = None


def refuse_key() -> Refusal:
    """The refusal of a call without a valid key."""
    return Refusal("toy.access.key", "key", message="The key is not valid.")


def identify(ctx: Context) -> Tenant:
    query: Query = ctx.call.request
    ctx.secret(query.key)
    credential = ctx.installation.tenants.find(KEY, query.key, ctx.now)
    if credential is None:
        raise refuse_key()
    return ctx.installation.tenants[credential.tenant]


def list_tickets(ctx: Context, query: Query) -> Page:
    """One page of tickets, by change and number."""
    assert ctx.tenant is not None
    size: int = ctx.dialect["page_size"]
    place = sa.tuple_(TICKETS.c.changed, TICKETS.c.id)
    wanted = sa.select(TICKETS).where(TICKETS.c.tenant == ctx.tenant.name).order_by(TICKETS.c.changed, TICKETS.c.id)
    if query.since is None:
        wanted = wanted.where(~TICKETS.c.deleted)
    else:
        ctx.cite("toy.list.changed_since")
        wanted = wanted.where(TICKETS.c.changed >= query.since // SECOND * SECOND)
    if query.after is not None:
        wanted = wanted.where(place > sa.tuple_(*map(sa.literal, query.after)))
    rows = [dict(row._mapping) for row in ctx.db.execute(wanted.limit(size + 1))]
    if len(rows) > 1:
        ctx.cite("toy.list.order")
    if any(row["deleted"] for row in rows[:size]):
        ctx.cite("toy.list.deleted")
    if len(rows) <= size:
        return Page(rows)
    ctx.cite("toy.list.pages")
    last = rows[size - 1]
    return Page(rows[:size], (last["changed"], last["id"]))
