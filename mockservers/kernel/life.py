"""Life: what the people of a world do by themselves while its clock passes. No timer: before a call the world catches up.

The moments hang on seed, vendor and the world's start alone, so it makes no difference whether thirty days pass in one step or in
thirty. Every deed is an operation of other people, done at its own instant and in a transaction of its own.
"""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from mockservers.kernel import clock as clocks
from mockservers.kernel import instants
from mockservers.kernel.ids import Ids, Source
from mockservers.kernel.instants import DAY, HOUR
from mockservers.kernel.journal import Entry
from mockservers.kernel.operations import Call, Context

if TYPE_CHECKING:
    import sqlalchemy as sa

    from mockservers.kernel.installation import Installation

RECIPE = "demo"
"""Only this recipe's data live: who asks for other data wants to say himself what happens to them."""
OFFICE_HOURS = range(8, 18)
BUSY, QUIET = 5, 1
"""Deeds in an hour of office time, and in one of the night or the weekend."""
FRESH_HOURS, FRESH = 12, 15
"""The first hours of a world, and the deeds in each: whoever tries the demo, by night too, sees something move."""
MOST_DAYS = 31
"""What a clock that leaps further has passed over is not lived: a leap of years would take minutes."""
MOST_LATEST = 200


class Deed(NamedTuple):
    """What somebody does: one of the vendor's operations of other people, and its request."""

    operation: str
    request: dict[str, Any]


class Happening(NamedTuple):
    """A deed that was done, and when."""

    at: int
    operation: str
    request: dict[str, Any]


@dataclass(frozen=True)
class Life:
    """How a vendor's desk lives. `zone` is where its people work (an IANA name).

    `choose` says what somebody does next, given the call's context at that instant and a source of chance; None for
    nothing. It reads, and changes nothing. `after` is how long after the beginning it sets in, in microseconds, where
    the data of the beginning reach into the future themselves.
    """

    zone: str
    choose: Callable[[Context, Source], Deed | None]
    after: int = 0


def place_among(source: Source, desk: int) -> int:
    """A place among the latest `desk` records of a list, mostly one near its head."""
    return int(desk * source.random() ** 2)


def at_place(ctx: Context, latest: sa.Select[Any], place: int, **values: Any) -> Any:
    """The row at a place of a list, the first where the list is shorter, or None where it is empty.

    `latest` binds the `tenant`, the `place` as an offset, and `values`.
    """
    assert ctx.tenant is not None
    for offset in dict.fromkeys((place, 0)):
        found = ctx.db.execute(latest, {**values, "tenant": ctx.tenant.name, "place": offset}).first()
        if found is not None:
            return found
    return None


@lru_cache(maxsize=4096)
def moments(seed: int, vendor: str, zone: str, hour: int, fresh: bool = False) -> tuple[int, ...]:
    """When something happens in the hour that begins `hour` hours after the epoch, ascending."""
    begin = hour * HOUR
    local = instants.to_datetime(begin, instants.zone(zone))
    count = FRESH if fresh else BUSY if local.weekday() < 5 and local.hour in OFFICE_HOURS else QUIET
    # One in each part of the hour: no gap is longer than two parts, and no two moments are the same.
    part = HOUR // count
    source = Ids(seed).source(f"life/{vendor}/{hour}")
    return tuple(begin + place * part + int(source.random() * part) for place in range(count))


@dataclass(slots=True)
class Course:
    """How far the life of one installation has come. `latest` are the last of the deeds that were done in this process."""

    installation: Installation
    life: Life
    latest: deque[Happening] = field(default_factory=lambda: deque(maxlen=MOST_LATEST))
    _done: list[int] = field(default_factory=list)
    """When deeds were done, ascending."""
    _leaps: list[tuple[int, int]] = field(default_factory=list)
    """Until when nothing was lived since the clock leapt, and for how many days."""
    _next: int | None = None

    @property
    def count(self) -> int:
        """How many deeds were done in this process, without those that were taken back."""
        return len(self._done)

    @property
    def passed_over(self) -> int:
        """Days that were not lived, since the clock leapt over them."""
        return sum(days for _, days in self._leaps)

    @classmethod
    def of(cls, installation: Installation) -> Course | None:
        """The course of an installation that lives; None where nothing happens by itself.

        A world whose configuration brings a desk lives as that says, whatever its data are.
        """
        life, desk = installation.emulator.life, installation.world.config.desk
        if desk is not None:
            return desk(installation)
        lively = installation.world.config.lively and installation.recipe.name == RECIPE
        return cls(installation, life) if life is not None and lively else None

    def catch_up(self, now: int) -> None:
        """Do what is due by now. A clock set back finds nothing due until it has come again as far as it was."""
        if now <= self.installation.lived or (self._next is not None and now < self._next):
            return
        if now - self.installation.lived > MOST_DAYS * DAY:
            self._pass_over(now - MOST_DAYS * DAY)
        for moment in self._moments(self.installation.lived):
            if moment > now:
                self._next = moment
                break
            self._happen(moment)

    def meet(self, now: int) -> None:
        """A request of a client arrives. What happens by itself waits for the call; a desk whose vendor has bad hours
        says here what this request meets."""

    def look_anew(self) -> None:
        """Data were replaced: where they stand is looked up anew, and what was done later was never done."""
        self._next, lived = None, self.installation.lived
        del self._done[bisect_right(self._done, lived) :]
        self._leaps = [leap for leap in self._leaps if leap[0] <= lived]
        while self.latest and self.latest[-1].at > lived:
            self.latest.pop()

    def _moments(self, after: int) -> Iterator[int]:
        """Every moment after an instant; ends with the calendar."""
        installation = self.installation
        seed, vendor = installation.ids.seed, installation.emulator.name
        fresh = installation.awake // HOUR + FRESH_HOURS
        for hour in range(after // HOUR, instants.LATEST // HOUR):
            for moment in moments(seed, vendor, self.life.zone, hour, hour < fresh):
                if moment > after:
                    yield moment

    def _pass_over(self, until: int) -> None:
        installation = self.installation
        # What was lived ends with the last moment, some minutes before the leap began: those make no day.
        days = max(1, (until - installation.lived + DAY // 2) // DAY)
        self._leaps.append((until, days))
        logging.getLogger("mockservers").warning(
            "the clock of world %s leapt: nothing happens by itself at %s in the first %d days of the leap, "
            "only the last %d are lived; advance in smaller steps to live them all",
            installation.world.name,
            installation.emulator.name,
            days,
            MOST_DAYS,
        )
        installation.lived = until

    def _happen(self, moment: int) -> None:
        source = self.installation.ids.source(f"life/{self.installation.emulator.name}/{moment}")
        self._do(moment, lambda ctx: self.life.choose(ctx, source))

    def _do(self, moment: int, choose: Callable[[Context], Deed | None]) -> Any:
        """Do what somebody does at this moment, and give what comes of it. What fails is left out, as if nobody had come
        to it, and gives None."""
        installation = self.installation
        emulator = installation.emulator
        # An entry of its own: what happens by itself must not push the calls of clients out of the journal.
        # Its number is one that no call has.
        entry = Entry(-moment, moment, clocks.wall(), emulator.name, None, "other")
        ctx = Context(installation.world, installation, Call(emulator.name, "life", actor="other"), moment, entry)
        ctx.tenant = installation.tenants.first
        before, installation.lived = installation.lived, moment
        result = None
        try:
            with installation.writing():
                deed = choose(ctx)
                if deed is not None:
                    result = emulator.admin_operations[deed.operation].run(ctx, deed.request)
        except Exception as error:
            installation.cache.clear()
            logging.getLogger("mockservers").warning(
                "what should have happened by itself at %s in world %s at %s was left out: %s",
                emulator.name,
                installation.world.name,
                instants.to_iso(moment),
                installation.world.redaction()(f"{type(error).__name__}: {error}"),
            )
        except BaseException:
            installation.lived = before
            raise
        else:
            if deed is not None:
                self._done.append(moment)
                self.latest.append(Happening(moment, deed.operation, deed.request))
                return result
        return None
