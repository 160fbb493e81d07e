"""What the people at a SuperOffice Service desk do by themselves: customers write, users reply, close, postpone.

It chooses only; what is done then is done by `administration`.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from mockservers.kernel.ids import Source
from mockservers.kernel.instants import DAY, HOUR, to_iso
from mockservers.kernel.life import Deed, Life, at_place, place_among
from mockservers.kernel.operations import Context
from mockservers.vendors.superoffice.emulator import phrases
from mockservers.vendors.superoffice.emulator.model import SYSTEM_USER, TICKETS, directory
from mockservers.vendors.superoffice.emulator.values import whole_second

_DESK = 60
"""Tickets that people look at: the latest."""
_SPECIAL, _SHOWN = 99, (439, 829, 1234)
"""The lowest numbers stand for something, and the page shows some: nobody touches those by himself."""
_LATEST = (
    sa.select(TICKETS.c.TicketId, TICKETS.c.Priority, TICKETS.c.OwnedBy, TICKETS.c.ReadStatus)
    .where(
        TICKETS.c.tenant == sa.bindparam("tenant"),
        TICKETS.c.BaseStatus == sa.bindparam("base"),
        TICKETS.c.TicketId > _SPECIAL,
        TICKETS.c.TicketId.not_in(_SHOWN),
    )
    .order_by(TICKETS.c.TicketId.desc())
    .limit(1)
    .offset(sa.bindparam("place"))
)


def choose(ctx: Context, source: Source) -> Deed | None:
    """What somebody does next: as many tickets are opened as closed."""
    names = directory(ctx)
    users = [each.id for each in names.all("user") if each.id != SYSTEM_USER]
    if not users:
        return None
    chance, place, by = source.random(), place_among(source, _DESK), source.choice(users)
    ticket = at_place(ctx, _LATEST, place, base="Closed" if 0.2 <= chance < 0.23 else "Active")
    if chance < 0.2 or ticket is None:
        return Deed("create", {"body": source.choice(phrases.BODIES)})
    if ticket.OwnedBy != SYSTEM_USER:
        by = ticket.OwnedBy
    if chance < 0.23:
        return _act(ticket, "reopen", by)
    if chance < 0.39:
        return _act(ticket, "close", by)
    if chance < 0.55:
        return _act(ticket, "reply", by, body=source.choice(phrases.BODIES), minutes=source.randrange(1, 30))
    if chance < 0.65:
        return _act(ticket, "answer", SYSTEM_USER, body=source.choice(phrases.BODIES))
    if chance < 0.72:
        return _act(ticket, "note", by, body=source.choice(phrases.BODIES))
    if chance < 0.82:
        return _act(ticket, "assign", by, to=source.choice(users))
    if chance < 0.9:
        return _act(ticket, "read", by)
    if chance < 0.93:
        until = whole_second(ctx.now) + source.choice((4 * HOUR, DAY, 3 * DAY))
        return _act(ticket, "postpone", by, until=to_iso(until))
    if chance < 0.95:
        return _act(ticket, source.choice(("spam", "delete")), by)
    priorities = [each.id for each in names.all("priority") if each.id != ticket.Priority]
    return _act(ticket, "update", by, fields={"Priority": source.choice(priorities or [ticket.Priority])})


def _act(ticket: Any, action: str, by: int, **more: Any) -> Deed:
    return Deed("act", {"id": str(ticket.TicketId), "action": action, "by": by, **more})


LIFE = Life(zone="Europe/Oslo", choose=choose)
