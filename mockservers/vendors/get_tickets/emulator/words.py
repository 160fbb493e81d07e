"""Values of filters that name nothing: to a client an empty answer looks like an empty system, so the journal tells.

Looked for only where nothing was found. Knows no notation of the wire.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

import sqlalchemy as sa

from mockservers.kernel.operations import Context
from mockservers.vendors.get_tickets.emulator import phrases
from mockservers.vendors.get_tickets.emulator.model import DIRECTORY, PENDING, TICKETS
from mockservers.vendors.get_tickets.emulator.selection import FILTERS

_OWN: Mapping[str, tuple[str, ...]] = {
    "status": phrases.STATUSES,
    "source": phrases.SOURCES,
    "category": tuple(phrases.CATEGORIES),
    "sub_category": tuple(kind for kinds in phrases.CATEGORIES.values() for kind in kinds),
    "priority": phrases.PRIORITIES,
    "escalation": phrases.LEVELS,
}
"""Words that the system has though no ticket may have them now."""
_ENTERED = {
    "uid": ("technician", DIRECTORY.c.id),
    "cid": ("customer", DIRECTORY.c.id),
    "group": ("tech_group", DIRECTORY.c.name),
}
"""What is looked up in the directory: people by id, groups by name."""
_LATEST = 2000
"""So many of the latest tickets are looked through for what may have been meant, however many there are."""


def note_unknown(ctx: Context, variables: Mapping[str, str]) -> None:
    """Journal each filter whose value no ticket, nobody and no list of the system has (get_tickets.filter.text)."""
    for name, output in FILTERS.items():
        value = variables.get(name, "")
        if not value or _held(ctx, output, value.casefold()):
            continue
        known = _known(ctx, name, output)
        if value.casefold() in known or _awaited(ctx):
            continue
        near = get_close_matches(value.casefold(), known, 1)
        meant = f"did you mean {known[near[0]]!r}?" if near else f"there are {_some(known.values())}"
        ctx.note(
            "get_tickets.filter.text",
            f"{name}={value[:80]!r} names nothing in this system, so nothing is found: {meant}",
            variable=name,
        )


def _held(ctx: Context, output: str, value: str) -> bool:
    """Whether a ticket has the value; none has one with a NUL, which is no text for the database."""
    assert ctx.tenant is not None
    one = sa.select(TICKETS.c.tid).where(TICKETS.c.tenant == ctx.tenant.name, TICKETS.c[f"{output}_cf"] == value)
    return "\x00" not in value and ctx.db.execute(one.limit(1)).first() is not None


def _known(ctx: Context, name: str, output: str) -> dict[str, str]:
    """The values that a filter can have, by their text without case."""
    assert ctx.tenant is not None
    mine, column = TICKETS.c.tenant == ctx.tenant.name, TICKETS.c[output]
    highest = ctx.db.execute(sa.select(sa.func.max(TICKETS.c.tid)).where(mine)).scalar() or 0
    held = sa.select(column).distinct().where(mine, TICKETS.c.tid > highest - _LATEST, column != "").order_by(column)
    values = [*_OWN.get(name, ()), *ctx.db.execute(held).scalars()]
    if name in _ENTERED:
        kind, entry = _ENTERED[name]
        entered = sa.select(entry).where(DIRECTORY.c.tenant == ctx.tenant.name, DIRECTORY.c.kind == kind)
        values += ctx.db.execute(entered.order_by(entry)).scalars()
    return {value.casefold(): value for value in values if value}


def _awaited(ctx: Context) -> bool:
    """Whether changes wait to become visible: one of them may bring the value."""
    assert ctx.tenant is not None
    waiting = sa.select(PENDING.c.seq).where(PENDING.c.tenant == ctx.tenant.name).limit(1)
    return ctx.db.execute(waiting).first() is not None


def _some(values: Iterable[str]) -> str:
    listed = sorted(values)
    return ", ".join(repr(each) for each in listed[:8]) + (f" and {len(listed) - 8} more" if len(listed) > 8 else "")
