"""What the people at a Track-It! help desk do by themselves: requestors open tickets and write, technicians work on them.

It chooses only; what is done then is done by `administration`.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from mockservers.kernel.ids import Source
from mockservers.kernel.life import Deed, Life, at_place, place_among
from mockservers.kernel.operations import Context
from mockservers.vendors.trackit.emulator import company, model, phrases
from mockservers.vendors.trackit.emulator.changes import CLOSED, OPEN
from mockservers.vendors.trackit.emulator.model import TICKETS
from mockservers.vendors.trackit.emulator.recipes import FIRST_BULK

_DESK = 50
"""Tickets that people look at: the latest."""
_WORKERS = tuple(
    user.rpartition("\\")[2]
    for user, _, _, role, facts in company.LOGINS
    if role in ("Administrator", "Technician") and facts.get("active", True)
)
_LATEST = (
    sa.select(TICKETS.c.f1, TICKETS.c.f132, TICKETS.c.l_status, TICKETS.c.l_requestor)
    .where(
        TICKETS.c.tenant == sa.bindparam("tenant"),
        TICKETS.c.l_status.in_(sa.bindparam("statuses", expanding=True)),
        TICKETS.c.f1 >= FIRST_BULK,  # those before stand for something: nobody touches them by himself
    )
    .order_by(TICKETS.c.f1.desc())
    .limit(1)
    .offset(sa.bindparam("place"))
)


def choose(ctx: Context, source: Source) -> Deed | None:
    """What somebody does next: as many tickets are opened as closed."""
    directory = model.directory(ctx)
    workers = [login for login in _WORKERS if directory.find("technician", "login", login) is not None]
    if not workers:
        return None
    chance, place, by = source.random(), place_among(source, _DESK), source.choice(workers)
    ticket = _ticket(ctx, CLOSED if 0.2 <= chance < 0.23 else OPEN, place)
    if chance < 0.2 or ticket is None:
        return Deed("create", {"by": by})
    if chance < 0.23:
        return _act(ticket, "reopen", by)
    if chance < 0.42:
        return _act(ticket, "close", by)
    if chance < 0.52:
        requestor = directory.get("requestor", ticket.l_requestor).get("id")
        return _act(ticket, "note", requestor or by, text=source.choice(phrases.NOTES))
    if chance < 0.72:
        seconds = source.randrange(1, 8) * 900
        return _act(ticket, "note", by, text=source.choice(phrases.NOTES), duration=seconds)
    if chance < 0.84:
        return _act(ticket, "change_status", by, status=_other_status(ctx, ticket.l_status, source))
    if chance < 0.92:
        return _act(ticket, "assign", by, technician=source.choice(workers))
    if ticket.f132 is None:
        return _act(ticket, "respond", by)
    return _act(ticket, "update", by)


def _ticket(ctx: Context, type_: str, place: int) -> Any:
    """The ticket at a place of the list of open or closed ones, the latest first, or the first where it is shorter."""
    statuses = [id_ for id_, facts in model.directory(ctx)["status"].items() if facts.get("type") == type_]
    return at_place(ctx, _LATEST, place, statuses=sorted(statuses))


def _other_status(ctx: Context, present: int | None, source: Source) -> str:
    """The name of another status that leaves a ticket open."""
    known = sorted(model.directory(ctx)["status"].items())
    names = [str(facts["name"]) for id_, facts in known if facts.get("type") == OPEN and id_ != present]
    return source.choice(names or ["Open"])


def _act(ticket: Any, action: str, by: str, **more: Any) -> Deed:
    return Deed("act", {"id": str(ticket.f1), "action": action, "by": by, **more})


LIFE = Life(zone="America/New_York", choose=choose)
