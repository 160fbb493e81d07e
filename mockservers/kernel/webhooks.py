"""Webhooks: calls that a vendor owes to listeners. They stand in its database until they are answered.

A vendor writes what it owes in the transaction of the change (`owe`), and says what follows from an answer. There are no
timers: when a call is due is stored, and whoever drives the world (a server's courier, the harness) takes what is due and
sends it. Taking postpones a call by a lease, so a process that ends before the answer sends it again: at least once, as
vendors do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from mockservers.kernel import clock as clocks
from mockservers.kernel.faults import Fault
from mockservers.kernel.instants import MINUTE, SECOND
from mockservers.kernel.journal import Entry, Exchange, Headers, Journal
from mockservers.kernel.store import Instant, Text

if TYPE_CHECKING:
    from mockservers.kernel.installation import Installation
    from mockservers.kernel.operations import Context
    from mockservers.kernel.world import World

Found = TypeVar("Found")

LEASE = 5 * MINUTE
"""After so long a call is sent again whose sender never told how it ended."""
WRITTEN = "webhooks"
"""The counter of how often a webhook was written: where there is none nobody ever asked to be called, and nothing is owed."""
_WRITER = "webhooks' writer"
STRANGERS = ("delivery_forged", "delivery_unsigned")
"""Faults by which somebody else makes a call before the vendor does."""
SOON = MINUTE
"""By so much a call waits for another one to overtake it, where there is none yet."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One call that a vendor owes a listener. `at` is the instant of the event, `due` of the call; `attempt` counts from 1."""

    tenant: str
    webhook: str
    event: str
    url: str
    headers: Headers
    body: bytes
    at: int
    due: int
    id: int = 0
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """How a call ended: `status` None where no answer came, and then `error` says why. `seconds` are of the vendor's time."""

    status: int | None
    headers: Headers = field(default_factory=list)
    body: bytes = b""
    error: str = ""
    seconds: float = 0.0
    late: bool = False
    """Whether the listener was silent for as long as anybody waits."""

    @property
    def good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True)
class Webhooks:
    """How a vendor calls listeners.

    `answered` says what follows from an answer: when the call is repeated, or None where that was all; it may write rows.
    `forged` makes of a call one that a stranger would make who does not know the secret, signed or not. `patience` is how
    many seconds a listener has, `events` what it is told of. `attempted` gives a call the look of its
    attempt. `tries` are the addresses whose answer waits for a listener, who is called first.
    """

    table: sa.Table
    answered: Callable[[Context, Delivery, Reply], int | None]
    forged: Callable[[Context, Delivery, bool], Delivery]
    patience: int
    events: tuple[str, ...]
    attempted: Callable[[Delivery], Delivery] = lambda delivery: delivery
    tries: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A call that is to be sent now. `kept` is false for one that is owed to nobody: a stranger's, or a trial."""

    vendor: str
    delivery: Delivery
    entry: Entry
    exchange: Exchange
    patience: int
    journal: Journal
    alone: bool = False
    cut_off: bool = False
    """Whether it cannot be sent: the listener is not to be reached."""
    kept: bool = True
    genuine: bool = True
    """Whether it is the vendor's: a stranger's is not."""


def table(metadata: sa.MetaData) -> sa.Table:
    """The table of a vendor's deliveries, to be declared among its own."""
    return sa.Table(
        "deliveries",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("tenant", Text, nullable=False),
        sa.Column("webhook", Text, nullable=False),
        sa.Column("event", Text, nullable=False),
        sa.Column("url", Text, nullable=False),
        sa.Column("headers", Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("due", Instant, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("struck", Text, nullable=False),
        sa.Index("deliveries_due", "due", "id"),
    )


def owe(ctx: Context, delivery: Delivery) -> None:
    """Write down that the vendor owes a call. It is kept, or undone, with the change that it tells of."""
    webhooks = ctx.installation.emulator.webhooks
    assert webhooks is not None
    _owe(ctx.installation, webhooks.table, delivery, "")


def _owe(installation: Installation, owed: sa.Table, delivery: Delivery, struck: str) -> None:
    counters = installation.ids.counters
    counters["deliveries"] = number = counters.get("deliveries", 0) + 1
    values = {
        "id": number,
        "tenant": delivery.tenant,
        "webhook": delivery.webhook,
        "event": delivery.event,
        "url": delivery.url,
        "headers": json.dumps(delivery.headers),
        "body": delivery.body,
        "at": delivery.at,
        "due": delivery.due,
        "attempt": 0,
        "struck": struck,
    }
    installation.store.db.execute(sa.insert(owed), values)


def forget(ctx: Context, webhook: str) -> None:
    """Take back all calls of a webhook that is no more."""
    webhooks = ctx.installation.emulator.webhooks
    assert webhooks is not None
    owed = webhooks.table
    assert ctx.tenant is not None
    ctx.db.execute(sa.delete(owed).where(owed.c.tenant == ctx.tenant.name, owed.c.webhook == webhook))


def rewritten(ctx: Context) -> None:
    """A vendor writes or takes away a webhook in this call: what was remembered of them holds no longer."""
    counters, cache = ctx.installation.ids.counters, ctx.installation.cache
    counters[WRITTEN] = counters.get(WRITTEN, 0) + 1
    cache.pop(_listening(ctx), None)
    cache[_WRITER] = ctx.entry.n


def remembered(ctx: Context, read: Callable[[Context], Found]) -> Found:
    """What `read` finds of the webhooks of the call's tenant, so that a change of a ticket need not ask the database.

    It is kept between calls until a webhook is written, and never what a call sees of its own writing, which may yet be undone.
    """
    cache, key = ctx.installation.cache, _listening(ctx)
    if key in cache:
        known: Found = cache[key]
        return known
    found = read(ctx)
    if cache.get(_WRITER) != ctx.entry.n:
        cache[key] = found
    return found


def _listening(ctx: Context) -> tuple[str, str]:
    assert ctx.tenant is not None
    return "webhooks", ctx.tenant.name


def _owing(world: World) -> list[tuple[str, Installation, Webhooks]]:
    """The vendors of a world that were opened, and were asked to call somebody."""
    found = []
    for vendor in sorted(world.opened_vendors):
        installation = world.installation(vendor)
        if installation.emulator.webhooks is not None and installation.calls_listeners:
            found.append((vendor, installation, installation.emulator.webhooks))
    return found


def earliest(world: World) -> int | None:
    """The instant at which the next call is due, of whatever vendor; None where nothing is owed."""
    if not world.calls_listeners:
        return None
    with world.turn():
        found = []
        for _, installation, webhooks in _owing(world):
            with installation.store.transaction() as db:
                found.append(db.execute(sa.select(sa.func.min(webhooks.table.c.due))).scalar())
        return min((each for each in found if each is not None), default=None)


def take(world: World) -> Taken | None:
    """The next call that is due now, with a lease; None where there is none.

    A planned fault may hold it back, lose it, or add to it.
    """
    if not world.calls_listeners:
        return None
    with world.turn():
        for vendor, installation, webhooks in _owing(world):
            if installation.life is not None:
                installation.life.catch_up(world.clock.now())
            with installation.writing():
                found = _take(world, vendor, installation, webhooks)
            if found is not None:
                return found
    return None


def _take(world: World, vendor: str, installation: Installation, webhooks: Webhooks) -> Taken | None:
    owed, now, db = webhooks.table, world.clock.now(), installation.store.db
    ready = sa.select(owed).where(owed.c.due <= now).order_by(owed.c.due, owed.c.id).limit(1)
    while True:
        row = db.execute(ready).mappings().one_or_none()
        if row is None:
            return None
        delivery, struck = _read(row), row["struck"]
        here = sa.update(owed).where(owed.c.id == delivery.id)
        if not struck:
            fault = world.faults.consult("deliver", vendor, None, "client", now)
            struck = "none" if fault is None else fault.kind.name
            db.execute(here.values(struck=struck))
            later = None if fault is None else _held_back(db, owed, delivery, fault, now)
            if later is not None:
                db.execute(here.values(due=later))
                continue
            if struck == "delivery_lost":
                db.execute(sa.delete(owed).where(owed.c.id == delivery.id))
                _lost(world, _begin(world, vendor, webhooks, delivery, struck))
                continue
            if struck == "delivery_twice":
                _owe(installation, owed, delivery, struck)
            if struck in STRANGERS:
                made = _strangers(world, installation, webhooks, delivery, signed=struck == "delivery_forged")
                return _begin(world, vendor, webhooks, made, struck, kept=False)
        taken = webhooks.attempted(replace(delivery, attempt=delivery.attempt + 1))
        db.execute(here.values(due=now + LEASE, attempt=taken.attempt))
        # A call that a stranger's went before is itself as it should be.
        return _begin(world, vendor, webhooks, taken, "" if struck in ("none", *STRANGERS) else struck)


def _read(row: Any) -> Delivery:
    values = {name: row[name] for name in ("tenant", "webhook", "event", "url", "body", "at", "due", "id", "attempt")}
    return Delivery(headers=[(name, value) for name, value in json.loads(row["headers"])], **values)


def _lost(world: World, taken: Taken) -> None:
    """Keep a call in the journal that was never made."""
    taken.entry.outcome, taken.entry.error = "fault", "the call was lost on its way; the vendor does not know it"
    world.called(taken.entry, taken.exchange)


def _strangers(
    world: World, installation: Installation, webhooks: Webhooks, delivery: Delivery, *, signed: bool
) -> Delivery:
    """What somebody sends in the vendor's name who does not know the secret."""
    now = world.clock.now()
    entry = Entry(0, now, now, installation.emulator.name, None, "vendor")  # of no call: nothing is kept of it
    ctx = world.vendor_context(installation, installation.tenants[delivery.tenant], "webhook", entry)
    return webhooks.forged(ctx, replace(delivery, attempt=1), signed)


def _held_back(db: sa.Connection, owed: sa.Table, delivery: Delivery, fault: Fault, now: int) -> int | None:
    """Until when a fault holds a call back; None where it does not."""
    if fault.kind.name == "delivery_late":
        return now + int(fault.settings["seconds"]) * SECOND
    if fault.kind.name == "delivery_batched":
        span = int(fault.settings["seconds"]) * SECOND
        return None if now % span == 0 else now - now % span + span
    if fault.kind.name == "delivery_swapped":
        later = sa.select(sa.func.min(owed.c.due)).where(
            owed.c.webhook == delivery.webhook, sa.tuple_(owed.c.due, owed.c.id) > (delivery.due, delivery.id)
        )
        following: int | None = db.execute(later).scalar()
        return now + SOON if following is None else max(now, following) + 1
    return None


def _begin(
    world: World, vendor: str, webhooks: Webhooks, delivery: Delivery, struck: str, *, kept: bool = True
) -> Taken:
    taken = trial(world, vendor, delivery, webhooks.patience)
    if struck:
        taken.entry.faults.append(struck)
    alone, cut_off = struck == "delivery_alone", struck == "delivery_failed"
    return replace(taken, alone=alone, cut_off=cut_off, kept=kept, genuine=kept)


def trial(world: World, vendor: str, delivery: Delivery, patience: int) -> Taken:
    """A call that nobody owes, by which a vendor tries an address."""
    entry = world.journal.open(world.clock.now(), clocks.wall(), vendor, delivery.event, "vendor")
    entry.tenant = delivery.tenant
    exchange = Exchange("POST", delivery.url, delivery.headers, delivery.body)
    exchange.entry = entry
    return Taken(vendor, delivery, entry, exchange, patience, world.journal, kept=False)


_SAME = ("webhook", "event", "at", "attempt")
"""By these a row is the call that was taken: after a restored checkpoint its number may be another's."""


def settle(world: World, taken: Taken, reply: Reply) -> None:
    """Tell the vendor how a call ended, and keep it in the journal.

    What was postponed or taken again meanwhile, or stands there since a checkpoint was restored, is another call, and is not
    touched. Of a world that began anew, or ended, nothing is told.
    """
    entry, exchange, delivery = taken.entry, taken.exchange, taken.delivery
    with world.turn():
        if world.journal is not taken.journal:
            return
        exchange.status, exchange.reply_headers, exchange.reply_body = reply.status, reply.headers, reply.body
        entry.outcome = "ok" if reply.good else "refused"
        entry.error = reply.error or None
        entry.result = {
            "webhook": delivery.webhook,
            "event": delivery.event,
            "attempt": delivery.attempt,
            "seconds": reply.seconds,
            "waited": taken.alone and reply.late and world.kept_waiting,
            "genuine": taken.genuine,
        }
        installation = world.installation(taken.vendor)
        webhooks = installation.emulator.webhooks
        if taken.kept and webhooks is not None and delivery.tenant in installation.tenants:
            with installation.writing():
                _answered(world, installation, webhooks, taken, reply)
        world.called(entry, exchange)


def _answered(world: World, installation: Installation, webhooks: Webhooks, taken: Taken, reply: Reply) -> None:
    """Tell the vendor, if it still waits for this answer."""
    owed, delivery, db = webhooks.table, taken.delivery, installation.store.db
    here = owed.c.id == delivery.id
    row = db.execute(sa.select(owed).where(here)).mappings().one_or_none()
    if row is None or any(row[name] != getattr(delivery, name) for name in _SAME):
        return
    ctx = world.vendor_context(installation, installation.tenants[delivery.tenant], delivery.event, taken.entry)
    again = webhooks.answered(ctx, delivery, reply)
    if again is None:
        db.execute(sa.delete(owed).where(here))
    else:
        db.execute(sa.update(owed).where(here).values(due=again))
