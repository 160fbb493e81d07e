"""A desk's life: of a profile, a seed and a span, everything that happens, in order of time, as a stream.

Only tickets that something is still to happen to are held, so a year takes no more memory than a month. The same inputs
yield the same events, and a longer span begins with those of a shorter one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from heapq import heappop, heappush
from itertools import accumulate

from mockservers.kernel import instants
from mockservers.kernel.ids import Ids, Source
from mockservers.kernel.instants import DAY, HOUR, MINUTE, SECOND
from mockservers.rehearsal.events import Event, Kind, Weather
from mockservers.rehearsal.profiles import MOST_A_DAY, WEEKDAYS, BulkDay, DeskProfile, Moment, Spread, WeatherRule
from mockservers.rehearsal.words import Writer

SLOT = 15 * MINUTE
"""In which arrivals are counted: every zone is off by a multiple of it, so a slot lies in one hour of the desk."""
MONTH = 30
"""Days in which what comes at random comes `per_month` times."""
LONGEST = 400 * DAY
"""No part of a life is longer; the tail of a distribution would leave the calendar."""
APART = SECOND
"""Between two things that happen to one ticket by plan, at least."""
_TEXTS = frozenset({"opened", "noted", "worked", "changed"})
"""What comes with words."""
_TRIES = 4


def life(profile: DeskProfile, *, seed: int, start: int, days: int, scale: float = 1.0) -> Iterator[Event | Weather]:
    """Everything that happens at the desk from `start` (an instant) on, in order of time.

    `scale` multiplies the tickets that arrive, in bulk too. Raises ValueError where the span leaves the calendar.
    """
    end = span_end(start, days)
    if not (math.isfinite(scale) and scale >= 0):
        raise ValueError(f"scale must be a number of 0 or more, got {scale}")
    most = max((profile.tickets_per_day, *(each.count for each in profile.bulk)))
    if most * scale > MOST_A_DAY:
        raise ValueError(
            f"scale must leave the desk {MOST_A_DAY:,} tickets a day at most, got {scale:g} of {most:,.0f}: no machine plays more"
        )
    return (each for each in _Desk(profile, seed, scale).run(start, end) if not isinstance(each, int))


def pulse(profile: DeskProfile, *, seed: int, start: int, scale: float = 1.0) -> Iterator[Event | Weather | int]:
    """The same for as long as the calendar reaches, and after each slot the instant at which it ends: whoever waits for
    what comes next waits no longer than for that, though a quiet desk may have nothing to come."""
    return _Desk(profile, seed, scale).run(start, instants.LATEST - 3 * DAY)


def expected(profile: DeskProfile, *, start: int, days: int, scale: float = 1.0) -> float:
    """How many tickets are opened in a span, on average over all seeds."""
    end = span_end(start, days)
    calendar = Calendar(profile)
    arriving = math.fsum(calendar.arrivals(slot) for slot in range(start, end, SLOT)) * scale
    for each in profile.bulk:
        if each.kind == "opened":
            times = days / MONTH * each.per_month if each.per_month is not None else 0
            dates = () if times else tuple(calendar.moments(each, start, end, start))
            arriving += round(each.count * scale) * (times or len(dates))
    return arriving


def span_end(start: int, days: int) -> int:
    """The instant at which a span ends; raises ValueError where it leaves the calendar."""
    if days < 1:
        raise ValueError(f"a span must have at least 1 day, got {days}")
    end = start + days * DAY
    # Some days are left, since clocks on the wall may be ahead of UTC, and what began may last.
    if start < instants.EARLIEST + DAY or end > instants.LATEST - 2 * DAY:
        raise ValueError(
            f"a span must lie within the years 1 to 9999, got {days} days from {instants.to_iso(start)} on; "
            "take fewer days, or an earlier start"
            if instants.EARLIEST <= start <= instants.LATEST
            else f"a span must lie within the years 1 to 9999, got {days} days"
        )
    return end


class Calendar:
    """When things come, by the desk's own clock."""

    def __init__(self, profile: DeskProfile) -> None:
        weights, hours = profile.weekdays.weights, profile.hours
        self.zone = instants.zone(profile.zone)
        self.days = [7 * weight / sum(weights) for weight in weights]
        self.slots = [profile.tickets_per_day * weight / sum(hours) * SLOT / HOUR for weight in hours]
        self.holidays = frozenset(profile.holidays.dates)
        self.rest = profile.holidays.rate
        self.peak = max(self.slots) * max(self.days)

    def arrivals(self, slot: int) -> float:
        """How many tickets the slot that begins at an instant brings on average."""
        local = instants.to_datetime(slot, self.zone)
        rate = self.slots[local.hour] * self.days[local.weekday()]
        if self.holidays and not self.holidays.isdisjoint((f"{local:%Y-%m-%d}", f"{local:%m-%d}")):
            rate *= self.rest
        return rate

    def moments(self, rule: Moment, begin: int, end: int, start: int) -> Iterator[int]:
        """When something comes that has its own hour, in a part of the span that began at `start`. In a month that lacks
        the day it does not come."""
        first = instants.to_datetime(start, self.zone).date()
        day = instants.to_datetime(begin, self.zone).date()
        last = instants.to_datetime(end, self.zone).date()
        while day <= last:
            here = (
                (rule.weekday is not None and WEEKDAYS[day.weekday()] == rule.weekday)
                or rule.day == (day - first).days + 1
                or rule.day_of_month == day.day
            )
            wall = datetime.combine(day, time()) + timedelta(microseconds=rule.at or 0)
            if here and begin <= (at := instants.from_wall(wall, self.zone)) < end:
                yield at
            day += timedelta(days=1)


class Chance:
    """Lengths of time as a profile's distribution has them."""

    def __init__(self, spreads: Sequence[Spread]) -> None:
        self._spreads = list(spreads)
        self._shares = list(accumulate(each.share for each in spreads))

    def length(self, source: Source) -> int:
        """A length in microseconds, at least a second."""
        (spread,) = source.choices(self._spreads, cum_weights=self._shares)
        if spread.form == "exponential":
            drawn = spread.median * source.expovariate(math.log(2))
        else:
            drawn = spread.median * math.exp(math.log(spread.spread) * source.gauss(0, 1))
        return round(min(max(drawn, SECOND), LONGEST))


def _count(source: Source, mean: float) -> int:
    """How often something happens that happens `mean` times on average, each time for itself."""
    count, passed = 0, 0.0
    while mean > 0 and (passed := passed + source.expovariate(mean)) < 1:
        count += 1
    return count


@dataclass(slots=True, eq=False)
class _Ticket:
    """A ticket to which something is still to happen. Its plan has the next step last."""

    number: int
    source: Source
    plan: list[tuple[int, Kind]] = field(default_factory=list)
    place: int = -1
    """Where it stands among the open ones; -1 where it is none of them."""


class _Open:
    """The open tickets, any of which is picked in no time."""

    def __init__(self) -> None:
        self.tickets: list[_Ticket] = []

    def add(self, ticket: _Ticket) -> None:
        ticket.place = len(self.tickets)
        self.tickets.append(ticket)

    def remove(self, ticket: _Ticket) -> None:
        if ticket.place < 0:
            return
        last = self.tickets.pop()
        if last is not ticket:
            self.tickets[ticket.place], last.place = last, ticket.place
        ticket.place = -1

    def pick(self, source: Source, but: _Ticket | None = None) -> _Ticket | None:
        for _ in range(_TRIES if self.tickets else 0):
            found = self.tickets[int(source.random() * len(self.tickets))]
            if found is not but:
                return found
        return None


@dataclass(frozen=True, slots=True)
class _Turn:
    """One ticket's turn in a bulk day, or an arrival."""

    kind: Kind


class _Desk:
    """One run of a desk."""

    def __init__(self, profile: DeskProfile, seed: int, scale: float) -> None:
        self.profile, self.scale = profile, scale
        self.ids = Ids(seed)
        self.calendar = Calendar(profile)
        self.writer = Writer(profile.texts)
        self.closing, self.reopening = Chance(profile.life.closed_after), Chance(profile.life.reopened_after)
        self.booking = Chance(profile.life.booked)
        self.bulk = self.source("bulk")
        self.open = _Open()
        self.tickets = self.turns = 0
        self.due: list[tuple[int, int, _Ticket | _Turn | Weather]] = []
        self.load, self.load_at = 0.0, 0

    def source(self, name: str) -> Source:
        return self.ids.source(f"desk/{name}")

    def push(self, at: int, what: _Ticket | _Turn | Weather) -> None:
        self.turns += 1
        heappush(self.due, (at, self.turns, what))

    # --- what comes by the calendar ---

    def run(self, start: int, end: int) -> Iterator[Event | Weather | int]:
        arrivals, self.load_at = self.source("arrivals"), start
        known: list[BulkDay | WeatherRule] = [*self.profile.bulk, *self.profile.weather]
        rules = [(rule, self.source(f"rule/{n}")) for n, rule in enumerate(known)]
        for slot in range(start, end, SLOT):
            if (slot - start) % DAY == 0:
                for rule, source in rules:
                    self._rule(rule, source, slot, start)
            if (slot - start) % HOUR == 0:
                self._neighbours(slot)
            mean, passed = self.calendar.arrivals(slot) * self.scale, 0.0
            while mean > 0 and (passed := passed + arrivals.expovariate(mean)) < 1:
                self.push(slot + int(passed * SLOT), _Turn("opened"))
            yield from self._until(slot + SLOT)
            yield slot + SLOT

    def _rule(self, rule: BulkDay | WeatherRule, source: Source, begin: int, start: int) -> None:
        """What a rule brings in the day that begins at an instant."""
        if rule.per_month is not None:
            count = _count(source, rule.per_month / MONTH)
            moments = sorted(begin + int(source.random() * DAY) for _ in range(count))
        else:
            moments = list(self.calendar.moments(rule, begin, begin + DAY, start))
        for at in moments:
            if isinstance(rule, WeatherRule):
                self.push(at, Weather(at, at + rule.lasts, rule.kind, rule.rate))
                continue
            for _ in range(round(rule.count * self.scale)):
                self.push(at + int(source.random() * rule.within), _Turn(rule.kind))

    def _neighbours(self, at: int) -> None:
        most, peak = self.profile.neighbours.calls_per_hour, self.calendar.peak
        calls = round(most * self.calendar.arrivals(at) / peak) if peak else 0
        if calls:
            self.push(at, Weather(at, at + HOUR, "shared", calls=calls))

    # --- what happens ---

    def _until(self, end: int) -> Iterator[Event | Weather]:
        while self.due and self.due[0][0] < end:
            at, _, what = heappop(self.due)
            if isinstance(what, Weather):
                yield what
                continue
            event = self._turn(at, what.kind) if isinstance(what, _Turn) else self._next(at, what)
            if event is not None:
                yield event

    def _turn(self, at: int, kind: Kind) -> Event | None:
        if kind == "opened":
            return self._opened(at)
        ticket = self.open.pick(self.bulk)
        if ticket is None:
            return None
        if kind == "closed":
            self._closed(ticket, at)
        return self._event(at, ticket, kind, self.bulk)

    def _opened(self, at: int) -> Event:
        self.tickets += 1
        ticket = _Ticket(self.tickets, self.source(f"ticket/{self.tickets}"))
        event = self._event(at, ticket, "opened", ticket.source)
        life, source = self.profile.life, ticket.source
        length = self.closing.length(source)
        steps: list[tuple[int, Kind]] = []
        means: tuple[tuple[Kind, float], ...] = (
            ("assigned", life.assigned),
            ("noted", life.notes),
            ("worked", life.worked),
            ("moved", life.moves),
            ("changed", life.changes),
        )
        for kind, mean in means:
            count = _count(source, mean)
            steps += [(at + APART + int(length * source.random() ** life.early), kind) for _ in range(count)]
        steps.sort(reverse=True)
        chance = source.random() - life.never_closed
        if chance >= 0:
            last: Kind = "merged" if chance < life.merged else "closed"
            if life.merged <= chance < life.merged + life.deleted:
                last = "deleted"
            steps.insert(0, (at + APART + length, last))
        self.open.add(ticket)
        self._plan(ticket, steps)
        return event

    def _plan(self, ticket: _Ticket, steps: list[tuple[int, Kind]]) -> None:
        """What comes next to a ticket; one that nothing more comes to is forgotten."""
        ticket.plan = steps
        if steps:
            self.push(steps[-1][0], ticket)
        else:
            self.open.remove(ticket)

    def _next(self, at: int, ticket: _Ticket) -> Event | None:
        if not ticket.plan or ticket.plan[-1][0] != at:  # closed meanwhile, with others
            return None
        _, kind = ticket.plan.pop()
        other = None
        if kind == "merged":
            other = self.open.pick(ticket.source, but=ticket)
            kind = "merged" if other is not None else "closed"
        if kind == "closed":
            self._closed(ticket, at)
        else:
            if kind == "reopened":
                self.open.add(ticket)
                ticket.plan.append((at + APART + self.closing.length(ticket.source), "closed"))
            self._plan(ticket, ticket.plan)
        return self._event(at, ticket, kind, ticket.source, None if other is None else other.number)

    def _closed(self, ticket: _Ticket, at: int) -> None:
        """A ticket is closed: now and then somebody has something to add, or it comes back."""
        life, source = self.profile.life, ticket.source
        self.open.remove(ticket)
        again = at + APART + self.reopening.length(source) if source.random() < life.reopened else None
        steps: list[tuple[int, Kind]] = [] if again is None else [(again, "reopened")]
        if source.random() < life.late_notes:
            late = at + APART + self.reopening.length(source)
            if again is None or late < again:
                steps.append((late, "noted"))
            else:
                steps.append((at + APART + (again - at - APART) // 2, "noted"))
        self._plan(ticket, steps)

    def _event(self, at: int, ticket: _Ticket, kind: Kind, source: Source, other: int | None = None) -> Event:
        text = self.writer.text(source) if kind in _TEXTS else ""
        minutes = max(1, self.booking.length(source) // MINUTE) if kind == "worked" else 0
        return Event(at, ticket.number, kind, text, minutes, other, source.random(), self._lag(at))

    def _lag(self, at: int) -> int:
        """How long the vendor takes to show what happens now: the longer, the more happened in the last hour."""
        lag = self.profile.lag
        self.load = self.load * math.exp((self.load_at - at) / HOUR) + 1
        self.load_at = at
        share = min(1.0, self.load / lag.busy_at)
        return lag.quiet + round((lag.busy - lag.quiet) * share / SECOND) * SECOND
