"""Changes that clients do not see yet. What is due becomes visible when somebody looks; nothing fires by itself.

A ticket's changes become visible in the order they were made: a later one waits for an earlier one that lags.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.operations import Context
from mockservers.vendors.get_tickets.emulator.model import OUTPUTS, PENDING, TICKETS, row

_NEXT = "get_tickets.next_due"
_pending = PENDING.c


_p = sa.bindparam
_EARLIEST = sa.select(sa.func.min(_pending.due))
_DUE = sa.select(PENDING).where(_pending.due <= _p("now")).order_by(_pending.seq)
_SHOWN = sa.delete(PENDING).where(_pending.due <= _p("now"))
_GONE = sa.delete(TICKETS).where(TICKETS.c.tenant == _p("of"), TICKETS.c.tid == _p("number"))
_ENTERED = sa.insert(TICKETS)
_LATEST = (
    sa.select(_pending.image)
    .where(_pending.tenant == _p("tenant"), _pending.tid == _p("tid"))
    .order_by(_pending.seq.desc())
    .limit(1)
)
_VISIBLE = sa.select(TICKETS).where(TICKETS.c.tenant == _p("tenant"), TICKETS.c.tid == _p("tid"))
_LAGGING_ABOVE = (
    sa.select(_pending.tid, _pending.image)
    .where(_pending.tenant == _p("tenant"), _pending.tid > _p("after"))
    .order_by(_pending.seq)
)
_VISIBLE_ABOVE = (
    sa.select(TICKETS)
    .where(TICKETS.c.tenant == _p("tenant"), TICKETS.c.tid > _p("after"))
    .order_by(TICKETS.c.tid)
    .limit(_p("most"))
)
_OVERTAKEN = sa.delete(PENDING).where(_pending.tenant == _p("of"), _pending.tid.in_(_p("numbers", expanding=True)))
_WAITING = sa.select(sa.func.max(_pending.due)).where(
    _pending.tenant == _p("tenant"), _pending.tid.in_(_p("tids", expanding=True))
)


def catch_up(ctx: Context) -> None:
    """Make visible what is due by now."""
    cache = ctx.installation.cache
    if _NEXT not in cache:
        # Only what was read is remembered, never what this call changes: a transaction may yet be undone.
        cache[_NEXT] = ctx.db.execute(_EARLIEST).scalar()
    earliest = cache[_NEXT]
    if earliest is None or earliest > ctx.now:
        return
    del cache[_NEXT]
    for change in ctx.db.execute(_DUE, {"now": ctx.now}).all():
        _show(ctx.db, change.tenant, change.tid, None if change.image is None else json.loads(change.image))
    ctx.db.execute(_SHOWN, {"now": ctx.now})


def _show(db: sa.Connection, tenant: str, tid: int, image: Mapping[str, Any] | None) -> None:
    db.execute(_GONE, {"of": tenant, "number": tid})
    if image is not None:
        values = dict(image)
        db.execute(_ENTERED, [row(tenant, values.pop("revision"), values)])


def truth(ctx: Context, tenant: str, tid: int) -> dict[str, Any] | None:
    """The ticket as it really is, seen or not: the 38 outputs in kept form. None when there is none."""
    wanted = {"tenant": tenant, "tid": tid}
    lagging = ctx.db.execute(_LATEST, wanted).first()
    if lagging is not None:
        return None if lagging.image is None else _outputs(json.loads(lagging.image))
    found = ctx.db.execute(_VISIBLE, wanted).mappings().first()
    return None if found is None else _outputs(found)


def _outputs(image: Any) -> dict[str, Any]:
    return {name: image[name] for name in OUTPUTS}


def truths(ctx: Context, tenant: str, after: int, most: int) -> list[dict[str, Any]]:
    """The first `most` tickets above number `after` as they really are, by number."""
    wanted = {"tenant": tenant, "after": after}
    lagging: dict[int, str | None] = {each.tid: each.image for each in ctx.db.execute(_LAGGING_ABOVE, wanted)}
    visible = ctx.db.execute(_VISIBLE_ABOVE, {**wanted, "most": most + len(lagging)}).mappings()
    found: dict[int, dict[str, Any] | None] = {ticket["tid"]: _outputs(ticket) for ticket in visible}
    for tid, image in lagging.items():
        found[tid] = None if image is None else _outputs(json.loads(image))
    kept = [ticket for _, ticket in sorted(found.items()) if ticket is not None]
    return kept[:most]


def change(
    ctx: Context, tenant: str, images: Mapping[int, Mapping[str, Any] | None], delay: int, at_once: bool = False
) -> int:
    """Let tickets become `images` (None: gone), for clients after `delay` microseconds; all at the instant that it returns.

    With `at_once` nothing is waited for: what is on its way to the same tickets shows now, too.
    """
    ctx.installation.cache.pop(_NEXT, None)
    catch_up(ctx)
    if at_once:
        ctx.db.execute(_OVERTAKEN, {"of": tenant, "numbers": list(images)})
    nothing_lags = ctx.installation.cache.pop(_NEXT, 0) is None
    waiting = None if nothing_lags else ctx.db.execute(_WAITING, {"tenant": tenant, "tids": list(images)}).scalar()
    due = max(ctx.now + delay, waiting or ctx.now)
    stamped = {tid: None if image is None else {**image, "revision": _turn(ctx)} for tid, image in images.items()}
    if due <= ctx.now:
        for tid, image in stamped.items():
            _show(ctx.db, tenant, tid, image)
        return due
    ctx.db.execute(sa.insert(PENDING), _lagging(ctx, tenant, due, list(stamped.items())))
    return due


def _lagging(
    ctx: Context, tenant: str, due: int, images: Sequence[tuple[int, Mapping[str, Any] | None]]
) -> list[dict[str, Any]]:
    return [
        {
            "seq": _turn(ctx),
            "tenant": tenant,
            "tid": tid,
            "due": due,
            "image": None if image is None else json.dumps(image),
        }
        for tid, image in images
    ]


def _turn(ctx: Context) -> int:
    """A number that was never given before in this installation."""
    counters = ctx.installation.ids.counters
    counters["get_tickets.turn"] = turn = counters.get("get_tickets.turn", 0) + 1
    return turn
