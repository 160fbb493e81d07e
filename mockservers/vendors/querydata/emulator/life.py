"""What happens at QueryData by itself: tickets arrive from the centres, dispatchers sort them, locators answer them.

A demo's data reach some hours beyond the birth of its world; life sets in where they end. It chooses only; what is
done then is done by `administration`.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from mockservers.kernel.ids import Source
from mockservers.kernel.instants import DAY, EARLIEST, SECOND, to_datetime, to_iso
from mockservers.kernel.life import Deed, Life, place_among
from mockservers.kernel.operations import Context
from mockservers.kernel.store import LARGEST
from mockservers.vendors.querydata.emulator import actions, demo_tickets, model
from mockservers.vendors.querydata.emulator.model import TICKETS, Sight
from mockservers.vendors.querydata.emulator.recipes import AHEAD

_DESK = 40
"""Tickets that people look at: the latest to arrive."""
_TRIES = 4
_LATEST = (
    sa.select(TICKETS.c.id)
    .where(TICKETS.c.tenant == sa.bindparam("tenant"), TICKETS.c.created <= sa.bindparam("now"))
    .order_by(TICKETS.c.created.desc(), TICKETS.c.id.desc())
    .limit(1)
    .offset(sa.bindparam("place"))
)
_NOTES = ("Called the excavator.", "Photos added.", "Waiting for access.", "Map corrected.", "Rechecked the site.")


def choose(ctx: Context, source: Source) -> Deed | None:
    """What comes next: a ticket arrives, or the next step of one of the latest is taken."""
    if source.random() < 0.3:
        return _arrival(ctx)
    for _ in range(_TRIES):
        ticket = _ticket(ctx, place_among(source, _DESK))
        if ticket is not None and ticket["Status"] != model.CLOSED and ticket["IsNewestVersion"]:
            return _step(ctx, ticket, source)
    return _arrival(ctx)


def _arrival(ctx: Context) -> Deed:
    # The second of the day is its own running number, one digit longer than those of the beginning.
    return Deed(
        "create", {"fields": {"TicketNumber": f"{to_datetime(ctx.now):%Y%j}{ctx.now % DAY // SECOND + 100_000}"}}
    )


def _ticket(ctx: Context, place: int) -> dict[str, Any] | None:
    assert ctx.tenant is not None
    tenant = ctx.tenant.name
    id_ = ctx.db.execute(_LATEST, {"tenant": tenant, "now": ctx.now, "place": place}).scalar()
    if id_ is None:
        return None
    sight = Sight(tenant, LARGEST, ctx.now, EARLIEST)
    found = next(model.tickets(ctx.db, sight, [id_], ctx.now, to_iso), None)
    return None if found is None else {**found[0].document, "id": id_}


def _step(ctx: Context, ticket: dict[str, Any], source: Source) -> Deed:
    """What a ticket in this state waits for; now and then something else."""
    people = demo_tickets.pools(ctx.installation.ids.seed).people
    chance, by = source.random(), ticket["AssignedTo"] or source.choice(people)
    if chance < 0.04:
        return _act(ticket, actions.REVISE, by)
    if ticket["Folder"] is None and chance < 0.8:
        folder = source.choice(demo_tickets.FOLDERS)
        return _act(ticket, actions.FOLDER, by, folder=folder, note=folder)
    if ticket["AssignedTo"] is None and chance < 0.8:
        to = source.choice(people)
        return _act(ticket, actions.ASSIGN, by, to=to, note=to)
    if chance < 0.5:
        code, meaning = source.choice(actions.response_codes()[:4])
        return _act(ticket, actions.COMPLETE, by, code=code, note=meaning)
    if chance < 0.7:
        code, meaning = source.choice(actions.response_codes()[4:])
        return _act(ticket, actions.ONGOING, by, code=code, note=meaning, comment=source.choice(_NOTES))
    return _act(ticket, source.choice(actions.PLAIN), by, note=source.choice(_NOTES))


def _act(ticket: dict[str, Any], action: str, by: str, **more: str) -> Deed:
    return Deed("act", {"id": str(ticket["id"]), "action": action, "by": by, **more})


LIFE = Life(zone="America/New_York", choose=choose, after=AHEAD)
