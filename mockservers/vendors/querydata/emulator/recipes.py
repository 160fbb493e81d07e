"""The data an installation begins with: `empty`, or `demo` with any number of tickets.

A demo world stays alive without timers: actions are planned for the hours after its birth, and come into view as its
clock passes them. However many tickets, the last day holds about the same number; more tickets mean more past.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from mockservers.kernel import back_file
from mockservers.kernel.installation import Installation
from mockservers.kernel.instants import DAY, HOUR, MINUTE, SECOND, from_datetime, to_datetime
from mockservers.kernel.operations import Progress, Recipe
from mockservers.kernel.store import Text
from mockservers.kernel.tenants import Tenant
from mockservers.vendors.querydata.dialects import AUTH_CODES
from mockservers.vendors.querydata.emulator import actions
from mockservers.vendors.querydata.emulator.demo_tickets import Maker, Step
from mockservers.vendors.querydata.emulator.model import ACTIONS, ORIGINALS, TICKETS
from mockservers.vendors.querydata.emulator.semantics import AUTH_CODE, HOSTS

RECIPES = ("empty", "demo")
DEMO_ROWS = 300
FIRST_ID = 508_513_040
"""Where ids begin; the sample of the vendor's page does."""
AHEAD = 8 * HOUR
"""How far after the birth of a world things are planned."""

DEMO, OTHER = "demo", "other-customer"
DEMO_CODE, OTHER_CODE = AUTH_CODES["plain"], "OTHER-AUTH-CODE"
_RECENT = 160
_PER_DAY = 40
_BATCH = 2000
_SPECIAL = (30 * MINUTE, 90 * MINUTE)
_ENCODE = json.JSONEncoder(separators=(",", ":")).encode


def seed(installation: Installation, recipe: Recipe, born: int, progress: Progress) -> None:
    """Fill an empty installation."""
    installation.tenants.add(Tenant(DEMO, installation.dialect, {"host": HOSTS[0]}))
    installation.tenants.grant(DEMO, AUTH_CODE, AUTH_CODES[installation.dialect["auth_code"]])
    if recipe.name == "empty":
        return
    installation.tenants.add(Tenant(OTHER, installation.dialect, {"host": HOSTS[1]}))
    installation.tenants.grant(OTHER, AUTH_CODE, OTHER_CODE)
    wanted = back_file.plan(DEMO_ROWS if recipe.rows is None else recipe.rows)
    with installation.store.transaction() as db:
        writer = Writer(db, Maker(installation.ids.seed, installation.ids.source("demo")), born, wanted.stride)
        _fill(writer, DEMO, wanted.core, progress)
        writer.stride = 1
        _fill(writer, OTHER, min(12, wanted.rows), lambda done, total: None)
        writer.flush()
        if wanted.copies:
            # The repeated hour, what happened lately and what is to come are the same in a large desk.
            hour, created = repeated_hour(born), TICKETS.c.created
            kept = sa.or_(created.between(hour - HOUR, hour + 2 * HOUR), created >= born - 3 * DAY)
            old = TICKETS.c.number.not_in(sa.select(TICKETS.c.number).where(kept))
            back_file.fill(db, DEMO, wanted, _KIN, progress, eligible=old, unit="number")
            copied = sa.select(TICKETS.c.original).where(TICKETS.c.original.is_not(None))
            shared = sa.select(TICKETS.c.id, TICKETS.c.base).where(TICKETS.c.id.in_(copied))
            db.execute(sa.insert(ORIGINALS).from_select(["id", "base"], shared))


def _numbered(number: Any, copy: back_file.Copy) -> Any:
    """The number of a copy: of the same day, and so many before that of the original."""
    count = sa.cast(sa.func.substr(number, 8), sa.BigInteger) - copy.turn
    return sa.func.substr(number, 1, 7, type_=Text) + sa.cast(count, Text)


_KIN = (
    back_file.Kin(
        TICKETS,
        "id",
        times=("created", "visible"),
        changed={
            "number": _numbered,
            "base": lambda base, copy: sa.null(),
            "original": lambda original, copy: copy.ticket,
            "earlier": lambda earlier, copy: copy.earlier,
        },
    ),
    back_file.Kin(ACTIONS, "ticket_id", times=("at", "visible"), absent=("id",), order="id"),
)


class Writer:
    """Collects rows and writes them in batches; hands out ids and ticket numbers."""

    def __init__(self, db: sa.Connection, maker: Maker, born: int, stride: int = 1) -> None:
        self.db, self.maker, self.born = db, maker, born
        self.stride = stride
        self.next_id = FIRST_ID
        # With room for copies a count has six digits from the beginning: what is added to a number is no text then.
        self.count = 0 if stride == 1 else 100_000
        self._tickets: list[dict[str, Any]] = []
        self._actions: list[dict[str, Any]] = []

    def add(self, tenant: str, number: str, version: int, arrived: int, base: dict[str, Any], steps: list[Step]) -> int:
        """Queue one version with its life; returns its id."""
        id_ = self.next_id
        self.next_id += self.stride + int(self.maker.source.random() * 300)
        self._tickets.append(
            {
                "id": id_,
                "tenant": tenant,
                "number": number,
                "version": version,
                "created": arrived,
                "visible": arrived,
                "base": _ENCODE(base),
            }
        )
        centre = base["OneCallCenter"]
        for step in (Step(arrived, actions.RECEIVED, centre, "", {}), *steps):
            self._actions.append(
                {
                    "ticket_id": id_,
                    "tenant": tenant,
                    "at": step.at,
                    "visible": step.at,
                    "action": step.action,
                    "by": step.by,
                    "note": step.note,
                    "changes": _ENCODE(step.changes) if step.changes else "{}",
                }
            )
        if len(self._tickets) >= _BATCH:
            self.flush()
        return id_

    def number(self, arrived: int) -> str:
        """A ticket number of ten digits or more: the day of the call and a running number."""
        self.count += self.stride
        return f"{to_datetime(arrived):%Y%j}{self.count:05d}"

    def flush(self) -> None:
        if self._tickets:
            self.db.execute(sa.insert(TICKETS), self._tickets)
            self.db.execute(sa.insert(ACTIONS), self._actions)
        self._tickets, self._actions = [], []


def _fill(writer: Writer, tenant: str, rows: int, progress: Progress) -> None:
    """Make `rows` versions of one customer's tickets, oldest first; one ticket in sixteen has two."""
    maker = writer.maker
    repeated = repeated_hour(writer.born)
    revised = rows // 16
    made = 0
    for turn, arrived in enumerate(_arrivals(writer, rows - revised, repeated)):
        # What happened in the repeated hour rests there, so that windows over it find something.
        until = writer.born + AHEAD if arrived - repeated not in _SPECIAL else repeated + 2 * HOUR
        base = maker.base(arrived)
        number = writer.number(arrived)
        steps = maker.life(base, arrived, until)
        if turn % 15 == 3 and revised > 0:
            revised -= 1
            made += 1
            _revise(writer, tenant, number, arrived, base, steps, until)
        else:
            writer.add(tenant, number, 0, arrived, base, steps)
        made += 1
        if made % 1000 < 2:
            progress(made, rows)
    progress(rows, rows)


def _revise(
    writer: Writer, tenant: str, number: str, arrived: int, base: dict[str, Any], steps: list[Step], until: int
) -> None:
    """Write a ticket of which the centre sent a second version."""
    maker = writer.maker
    last = steps[-1].at if steps else arrived
    at = min(maker.second(last + (20 + int(maker.source.random() * 600)) * MINUTE), until)
    kept = [step for step in steps if step.at < at]
    kept.append(Step(at, actions.SUPERSEDED, base["OneCallCenter"], "Version 1", actions.superseded()))
    writer.add(tenant, number, 0, arrived, base, kept)
    newer = {**base, "TicketType": "Revision", "ExpirationDateTime": base["ExpirationDateTime"] + 7 * DAY}
    writer.add(tenant, number, 1, at, newer, maker.life(newer, at, until))


def _arrivals(writer: Writer, rows: int, repeated: int) -> list[int]:
    """When tickets arrive, ascending: some in the repeated hour of November, many in the last day, the rest before."""
    random_, born = writer.maker.source.random, writer.born
    special = [repeated + after for after in _SPECIAL][: rows // 10]
    recent = min(_RECENT, rows // 2)
    past = max(rows - recent - len(special), 0)
    span = max(1, past / _PER_DAY) * DAY
    times = [born - DAY - int((1 - (index + random_()) / past) * span) for index in range(past)]
    # A quarter of the recent ones is yet to come when the world is born.
    times += [born - DAY + int((index + random_()) / recent * (DAY + AHEAD)) for index in range(recent)]
    times = [writer.maker.second(at) for at in times]
    return sorted(times + special)


def repeated_hour(born: int) -> int:
    """The instant of 01:00 daylight time in New York on the latest first Sunday of November before `born`."""
    year = to_datetime(born).year
    for candidate in (year, max(year - 1, 1)):
        first = datetime(candidate, 11, 1, 5, tzinfo=UTC)
        sunday = from_datetime(first + timedelta(days=(6 - first.weekday()) % 7))
        if sunday + 2 * HOUR < born:
            return sunday
    return born - 2 * HOUR - born % SECOND
