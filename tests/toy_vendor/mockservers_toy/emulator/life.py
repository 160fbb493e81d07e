"""What people do at Toy by themselves in a lively world. It chooses; `administration` does it."""

from __future__ import annotations

import sqlalchemy as sa

from mockservers.kernel.ids import Source
from mockservers.kernel.life import Deed, Life
from mockservers.kernel.operations import Context
from mockservers_toy.emulator.model import TICKETS


def choose(ctx: Context, source: Source) -> Deed:
    """A ticket is opened, or one of those there is closed or opened again."""
    assert ctx.tenant is not None
    there = sa.select(TICKETS.c.id, TICKETS.c.status).where(TICKETS.c.tenant == ctx.tenant.name, ~TICKETS.c.deleted)
    tickets = ctx.db.execute(there.order_by(TICKETS.c.id)).all()
    if not tickets or source.random() < 0.3:
        return Deed("create", {})
    ticket = source.choice(tickets)
    return Deed("act", {"id": str(ticket.id), "action": "close" if ticket.status == "Open" else "reopen"})


LIFE = Life(zone="UTC", choose=choose)
