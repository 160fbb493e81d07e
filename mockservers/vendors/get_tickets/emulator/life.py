"""What the people at a ReadyDesk help desk do by themselves: customers open tickets and answer, technicians work on them.

It chooses only; what is done then is done by `administration`.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from mockservers.kernel.ids import Source
from mockservers.kernel.instants import DAY, to_iso
from mockservers.kernel.life import Deed, Life, at_place, place_among
from mockservers.kernel.operations import Context
from mockservers.vendors.get_tickets.emulator import phrases
from mockservers.vendors.get_tickets.emulator.model import DIRECTORY, TICKETS, whole_second

_DESK = 60
"""Open tickets that people look at: the latest. Older ones rest, as on any desk."""
_SPECIAL = 100
"""Up to this number stand the tickets that the page shows, and that stand for something: nobody touches those by himself."""
_SETTLED = "closed"

_tickets = sa.select(TICKETS.c.tid, TICKETS.c.cid, TICKETS.c.status, TICKETS.c.priority, TICKETS.c.locked).where(
    TICKETS.c.tenant == sa.bindparam("tenant"), TICKETS.c.tid > _SPECIAL
)
_latest = (TICKETS.c.tid.desc(),)
_OPEN = _tickets.where(TICKETS.c.status_cf != _SETTLED).order_by(*_latest).limit(1).offset(sa.bindparam("place"))
_CLOSED = (
    _tickets.where(TICKETS.c.status_cf == _SETTLED, TICKETS.c.merged == "N")
    .order_by(*_latest)
    .limit(1)
    .offset(sa.bindparam("place"))
)
_PEOPLE = (
    sa.select(DIRECTORY.c.id, DIRECTORY.c.name)
    .where(DIRECTORY.c.tenant == sa.bindparam("tenant"), DIRECTORY.c.kind == sa.bindparam("kind"))
    .order_by(DIRECTORY.c.id)
)


def choose(ctx: Context, source: Source) -> Deed | None:
    """What somebody does next: as many tickets are opened as closed, so the desk never runs empty or full."""
    chance, place = source.random(), place_among(source, _DESK)
    if chance < 0.2:
        return Deed("create", {})
    ticket = at_place(ctx, _CLOSED if chance < 0.24 else _OPEN, place)
    if ticket is None:
        return Deed("create", {})
    if chance < 0.24:
        return _act(ticket, "reopen", ticket.cid)
    if chance < 0.34:
        return _act(ticket, "note", ticket.cid)
    technician = source.choice(_people(ctx, "technician") or [("guest", "")])[0]
    if chance < 0.54:
        return _act(ticket, "close", technician)
    if chance < 0.7:
        return _act(ticket, "note", technician)
    if chance < 0.82:
        group = source.choice(_people(ctx, "tech_group") or [("", "")])[1]
        return _act(ticket, "assign", technician, to=technician, group=group)
    if chance < 0.88:
        return _act(ticket, "unlock" if ticket.locked == "Y" else "lock", technician)
    return _act(ticket, "update", technician, fields=_edited(ctx, ticket, source))


def _people(ctx: Context, kind: str) -> list[tuple[str, str]]:
    assert ctx.tenant is not None
    return [(id, name) for id, name in ctx.db.execute(_PEOPLE, {"tenant": ctx.tenant.name, "kind": kind})]


def _act(ticket: Any, action: str, by: str, **more: Any) -> Deed:
    return Deed("act", {"id": str(ticket.tid), "action": action, "by": by, **more})


def _edited(ctx: Context, ticket: Any, source: Source) -> dict[str, Any]:
    """Other values of one field or two, never those that stand there."""
    kind = source.randrange(4)
    if kind == 0:
        return {"status": source.choice([each for each in _STATUSES if each != ticket.status])}
    if kind == 1:
        return {"priority": source.choice([each for each in phrases.PRIORITIES if each != ticket.priority])}
    if kind == 2:
        return {"due_date": to_iso(whole_second(ctx.now) + source.randrange(1, 20) * DAY)}
    category = source.choice(tuple(phrases.CATEGORIES))
    return {"category": category, "sub_category": source.choice(phrases.CATEGORIES[category])}


_STATUSES = tuple(each for each in phrases.STATUSES if each.casefold() != _SETTLED)

LIFE = Life(zone="America/New_York", choose=choose)
