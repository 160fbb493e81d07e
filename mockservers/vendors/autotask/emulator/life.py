"""What the people of an Autotask customer do by themselves: tickets come in, are worked on, noted, billed and completed.

It chooses only; what is done then is done by `administration`.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from mockservers.kernel.ids import Source
from mockservers.kernel.instants import DAY, HOUR, to_iso
from mockservers.kernel.life import Deed, Life, at_place, place_among
from mockservers.kernel.operations import Context
from mockservers.vendors.autotask.emulator import model, picklists
from mockservers.vendors.autotask.emulator.company import API_USER
from mockservers.vendors.autotask.emulator.demo_data import EASTERN, words
from mockservers.vendors.autotask.emulator.demo_tickets import FIRST_TICKET

_DESK = 60
"""Tickets that people look at: the latest."""
_SPECIAL = 40
"""So many of the first tickets stand for something at most: nobody touches them by himself."""
_SHORTEST = HOUR // 4
"""Work is entered in quarters of an hour, and begins when there is a ticket."""

_TICKET, _LINK = model.TABLES["Ticket"].c, model.TABLES["ResourceRole"].c
_ACCOUNT, _SECONDARY = model.TABLES["Account"].c, model.TABLES["TicketSecondaryResource"].c
_p = sa.bindparam


def _latest(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return (
        sa.select(_TICKET.id, _TICKET.CreateDate, _TICKET.Priority, _TICKET.Status, _TICKET.AccountID)
        .where(_TICKET.tenant == _p("tenant"), _TICKET.id > FIRST_TICKET + _SPECIAL, *conditions)
        .order_by(_TICKET.id.desc())
        .limit(1)
        .offset(_p("place"))
    )


_OPEN = _latest(_TICKET.Status != picklists.COMPLETE)
_DONE = _latest(_TICKET.Status == picklists.COMPLETE)
_WORKERS = (
    sa.select(_LINK.ResourceID)
    .distinct()
    .where(
        _LINK.tenant == _p("tenant"),
        _LINK.Active == sa.true(),
        _LINK.QueueID.is_not(None),
        _LINK.ResourceID != API_USER,
    )
    .order_by(_LINK.ResourceID)
)
_HELPERS = sa.select(_SECONDARY.ResourceID).where(
    _SECONDARY.tenant == _p("tenant"), _SECONDARY.TicketID == _p("ticket")
)
_ACCOUNTS = (
    sa.select(_ACCOUNT.id)
    .where(_ACCOUNT.tenant == _p("tenant"), _ACCOUNT.Active == sa.true())
    .order_by(_ACCOUNT.id)
    .limit(200)
)


def choose(ctx: Context, source: Source) -> Deed | None:
    """What somebody does next: as many tickets are opened as completed."""
    assert ctx.tenant is not None
    tenant = ctx.tenant.name
    chance, place = source.random(), place_among(source, _DESK)
    workers = ctx.db.execute(_WORKERS, {"tenant": tenant}).scalars().all()
    if not workers:
        return None
    worker = source.choice(workers)
    ticket = at_place(ctx, _DONE if 0.2 <= chance < 0.23 else _OPEN, place)
    if chance < 0.2 or ticket is None:
        return _arrival(ctx, source, worker)
    if chance < 0.23:
        return _act(ticket, "reopen", worker)
    if chance < 0.42:
        return _act(ticket, "complete", worker, note=source.choice(words("notes")))
    if chance < 0.62 and ctx.now - (ticket.CreateDate or ctx.now) > 2 * _SHORTEST:
        quarters = source.randrange(1, 1 + min((ctx.now - ticket.CreateDate) // _SHORTEST - 1, 8))
        return _act(ticket, "time", worker, hours=quarters / 4, note=source.choice(words("notes")))
    if chance < 0.78:
        return _act(ticket, "note", worker, note=source.choice(words("notes")))
    if chance < 0.82:
        note = {"entity": "Account", "id": str(ticket.AccountID), "action": "note", "by": worker}
        return Deed("act", {**note, "note": source.choice(words("notes"))})
    if chance < 0.91:
        helpers = set(ctx.db.execute(_HELPERS, {"tenant": tenant, "ticket": ticket.id}).scalars())
        free = [each for each in workers if each not in helpers]
        return _act(ticket, "assign", worker, to=source.choice(free)) if free else None
    return _act(ticket, "update", worker, fields=_edited(ctx, ticket, source))


def _arrival(ctx: Context, source: Source, by: int) -> Deed | None:
    assert ctx.tenant is not None
    accounts = ctx.db.execute(_ACCOUNTS, {"tenant": ctx.tenant.name}).scalars().all()
    if not accounts:
        return None
    due = ctx.now - ctx.now % HOUR + source.randrange(1, 10) * DAY
    return Deed("create", {"fields": {"AccountID": source.choice(accounts), "DueDateTime": to_iso(due)}, "by": by})


def _act(ticket: Any, action: str, by: int, **more: Any) -> Deed:
    return Deed("act", {"id": str(ticket.id), "action": action, "by": by, **more})


def _edited(ctx: Context, ticket: Any, source: Source) -> dict[str, Any]:
    """Another priority or status, never the one that stands there."""
    name, now = source.choice((("Priority", ticket.Priority), ("Status", ticket.Status)))
    values = [int(each.value) for each in picklists.choices(ctx, "Ticket", name) if each.active]
    others = [each for each in values if each != now and (name, each) != ("Status", picklists.COMPLETE)]
    return {name: source.choice(others or [now])}


LIFE = Life(zone=EASTERN, choose=choose)
