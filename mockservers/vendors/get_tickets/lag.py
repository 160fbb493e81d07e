"""Changes that clients do not see yet. What is due becomes visible when somebody looks; nothing fires by itself.

A ticket's changes become visible in the order they were made: a later one waits for an earlier one that lags.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.operations import Context
from mockservers.vendors.get_tickets.model import OUTPUTS, PENDING, TICKETS, row

_NEXT = "get_tickets.next_due"
_pending = PENDING.c


@lru_cache(maxsize=1)
def _earliest() -> sa.Select[Any]:
    return sa.select(sa.func.min(_pending.due))


def catch_up(ctx: Context) -> None:
    """Make visible what is due by now."""
    cache = ctx.installation.cache
    if _NEXT not in cache:
        # Only what was read is remembered, never what this call changes: a transaction may yet be undone.
        cache[_NEXT] = ctx.db.execute(_earliest()).scalar()
    earliest = cache[_NEXT]
    if earliest is None or earliest > ctx.now:
        return
    del cache[_NEXT]
    due = sa.select(PENDING).where(_pending.due <= ctx.now).order_by(_pending.seq)
    for change in ctx.db.execute(due).all():
        _show(ctx.db, change.tenant, change.tid, None if change.image is None else json.loads(change.image))
    ctx.db.execute(sa.delete(PENDING).where(_pending.due <= ctx.now))


def _show(db: sa.Connection, tenant: str, tid: int, image: Mapping[str, Any] | None) -> None:
    db.execute(sa.delete(TICKETS).where(TICKETS.c.tenant == tenant, TICKETS.c.tid == tid))
    if image is not None:
        values = dict(image)
        db.execute(sa.insert(TICKETS), [row(tenant, values.pop("revision"), values)])


def truth(ctx: Context, tenant: str, tid: int) -> dict[str, Any] | None:
    """The ticket as it really is, seen or not: the 38 outputs in kept form. None when there is none."""
    latest = (
        sa.select(_pending.image)
        .where(_pending.tenant == tenant, _pending.tid == tid)
        .order_by(_pending.seq.desc())
        .limit(1)
    )
    lagging = ctx.db.execute(latest).first()
    if lagging is not None:
        return None if lagging.image is None else _outputs(json.loads(lagging.image))
    found = (
        ctx.db.execute(sa.select(TICKETS).where(TICKETS.c.tenant == tenant, TICKETS.c.tid == tid)).mappings().first()
    )
    return None if found is None else _outputs(found)


def _outputs(image: Any) -> dict[str, Any]:
    return {name: image[name] for name in OUTPUTS}


def truths(ctx: Context, tenant: str, after: int, most: int) -> list[dict[str, Any]]:
    """The first `most` tickets above number `after` as they really are, by number."""
    above = sa.select(_pending.tid, _pending.image).where(_pending.tenant == tenant, _pending.tid > after)
    lagging: dict[int, str | None] = {each.tid: each.image for each in ctx.db.execute(above.order_by(_pending.seq))}
    visible = sa.select(TICKETS).where(TICKETS.c.tenant == tenant, TICKETS.c.tid > after).order_by(TICKETS.c.tid)
    found: dict[int, dict[str, Any] | None] = {
        ticket["tid"]: _outputs(ticket) for ticket in ctx.db.execute(visible.limit(most + len(lagging))).mappings()
    }
    for tid, image in lagging.items():
        found[tid] = None if image is None else _outputs(json.loads(image))
    kept = [ticket for _, ticket in sorted(found.items()) if ticket is not None]
    return kept[:most]


def change(ctx: Context, tenant: str, images: Mapping[int, Mapping[str, Any] | None], delay: int) -> None:
    """Let tickets become `images` (None: gone), for clients after `delay` microseconds; all at the same moment."""
    ctx.installation.cache.pop(_NEXT, None)
    catch_up(ctx)
    ctx.installation.cache.pop(_NEXT, None)
    waiting = sa.select(sa.func.max(_pending.due)).where(_pending.tenant == tenant, _pending.tid.in_(list(images)))
    due = max(ctx.now + delay, ctx.db.execute(waiting).scalar() or ctx.now)
    stamped = {tid: None if image is None else {**image, "revision": _turn(ctx)} for tid, image in images.items()}
    if due <= ctx.now:
        for tid, image in stamped.items():
            _show(ctx.db, tenant, tid, image)
        return
    ctx.db.execute(sa.insert(PENDING), _lagging(ctx, tenant, due, list(stamped.items())))


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
