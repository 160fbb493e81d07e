"""Fits a desk profile to what was seen: to a recording, or to the times of tickets that a desk exports.

What is fitted are rates and distributions: tickets a day, the curve over hours and weekdays, holidays, bulk days, how long
tickets live, how many come back, how many notes they get. What nobody can see in such a source keeps its default.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from statistics import median
from typing import Any

import yaml

from mockservers.harness.scenarios import span
from mockservers.kernel import instants
from mockservers.kernel.dialects import Dialect
from mockservers.kernel.instants import DAY, HOUR, MINUTE, SECOND
from mockservers.recording.adapter import adapter
from mockservers.recording.files import Recording
from mockservers.rehearsal.events import Sighting, VendorDesk
from mockservers.rehearsal.exports import Times
from mockservers.rehearsal.mixtures import figures
from mockservers.rehearsal.mixtures import mixture as mixture
from mockservers.rehearsal.profiles import WEEKDAYS, DeskProfile, read
from mockservers.rehearsal.survival import never, survival

FEWEST = 20
"""Tickets without which no rate can be told."""
SLOT = 15 * MINUTE
MATURE = 0.7
"""The first part of a span, whose tickets have had time to be closed."""
BURST, LEAST_BURST = 5.0, 15
"""A slot is a burst that has so many times as many as those around it, and so many more."""
REST, LEAST_EXPECTED = 0.4, 12.0
"""A day is a holiday that has at most such a share of what is expected, where enough is."""
STORM, LEAST_STORM, CALM = 1.7, 20, 0.2
"""A day is a storm that has so many times as many as others of its day of the week, and so many more; hours belong to it that
have more than such a share of what the worst has too much."""
_WEEK = 7


@dataclass(frozen=True)
class Observed:
    """What was seen of a desk between two instants. `before` are tickets that were there already."""

    begin: int
    end: int
    tickets: tuple[Times, ...]
    before: int = 0
    closings: tuple[int, ...] = ()


@dataclass(frozen=True)
class Fitted:
    """A profile, and what it rests on in words."""

    profile: DeskProfile
    raw: Mapping[str, Any]
    notes: tuple[str, ...]

    def to_yaml(self) -> str:
        """The profile as a file, with what it rests on above it."""
        head = "".join(f"# {line}\n" for line in self.notes)
        return head + yaml.safe_dump(
            dict(self.raw), sort_keys=False, allow_unicode=True, width=110, default_flow_style=None
        )


# --- what was seen -----------------------------------------------------------------------------------------------------


def exported(tickets: Sequence[Times]) -> Observed:
    """An export: from the first ticket's opening to the last thing that it tells."""
    if not tickets:
        return Observed(0, 0, ())
    last = [each.opened for each in tickets]
    return Observed(min(last), max(last) + 1, tuple(tickets))


def recorded(recording: Recording, dialect: Dialect, desk: VendorDesk) -> Observed:
    """What a recording's answers tell, as its adapter reads them."""
    here = adapter(recording.head.vendor)
    opened: dict[str, int] = {}
    counted: dict[str, int] = {}
    spells: defaultdict[str, list[tuple[int, int | None]]] = defaultdict(list)
    gone: dict[str, int] = {}
    notes: defaultdict[str, set[str]] = defaultdict(set)
    moments: list[int] = []
    for exchange in recording:
        moments.append(exchange.moment)
        for seen in here.seen(exchange, dialect):
            sighting = desk.sighting(seen.kind, seen.id, seen.fields)
            if sighting is None:
                continue
            if sighting.note is not None:
                notes[sighting.ticket].add(sighting.note)
                continue
            born = sighting.opened if sighting.opened is not None else seen.born
            opened.setdefault(sighting.ticket, exchange.moment if born is None else born)
            if sighting.gone:
                gone.setdefault(sighting.ticket, exchange.moment)
            live_on(spells[sighting.ticket], sighting, exchange.moment)
            if sighting.notes is not None:
                counted[sighting.ticket] = sighting.notes
    if not moments:
        return Observed(0, 0, ())
    begin, end = min(moments), max(moments) + 1
    fresh = [ticket for ticket, at in opened.items() if begin <= at < end]
    tells_notes = bool(notes or counted)
    times = tuple(
        Times(
            opened[ticket],
            spells[ticket][0][0] if spells[ticket] else None,
            sum(again is not None for _, again in spells[ticket]),
            None,
            (counted.get(ticket, len(notes[ticket]))) if tells_notes else None,
            tuple(spells[ticket]),
            gone.get(ticket),
        )
        for ticket in sorted(fresh, key=lambda each: (opened[each], each))
    )
    return Observed(begin, end, times, len(opened) - len(fresh))


def live_on(spells: list[tuple[int, int | None]], sighting: Sighting, now: int) -> None:
    """What an answer adds to the closings and reopenings of a ticket."""
    last = spells[-1] if spells else None
    if sighting.closed is None:
        if last is not None and last[1] is None and not sighting.gone:
            spells[-1] = last[0], now
    elif last is None or (last[1] is not None and last[0] < sighting.closed):
        spells.append((sighting.closed, None))
    elif last[1] is None and last[0] < sighting.closed:  # it was open in between, which nobody looked at
        spells[-1] = last[0], (last[0] + sighting.closed) // 2
        spells.append((sighting.closed, None))


# --- fitting -----------------------------------------------------------------------------------------------------------


def fit(observed: Observed, zone: str, name: str, source: str) -> Fitted:
    """The profile that explains what was seen; raises ValueError where that is too little."""
    tickets = observed.tickets
    if len(tickets) < FEWEST:
        raise ValueError(
            f"{source} tells of {len(tickets)} tickets that were opened within it; at least {FEWEST} are needed to tell a rate"
        )
    where = instants.zone(zone)
    opened = sorted(each.opened for each in tickets)
    end = observed.end
    bursts = _bursts(opened, where)
    rest = _without(opened, bursts)
    curve = _curve(rest, observed.begin, end, where)
    raw: dict[str, Any] = {
        "name": name,
        "says": f"Fitted to {source}.",
        "zone": zone,
        "start": instants.to_iso(_midnight(opened[0], where)),
        "tickets_per_day": figures(curve.per_day),
        "hours": [figures(each) for each in curve.hours],
        "weekdays": {day: figures(each) for day, each in zip(WEEKDAYS, curve.weekdays, strict=True)},
    }
    if curve.holidays:
        raw["holidays"] = {"dates": [each.isoformat() for each in curve.holidays], "rate": figures(curve.rest)}
    closings = sorted(each.closed for each in tickets if each.closed is not None)
    together = _bursts(closings, where)
    raw["life"], said = _life(observed, together)
    bulk = _bulk(bursts, "opened", observed.begin, end, where)
    first = instants.to_datetime(opened[0], where).date()
    for day, hour, lasts, count in curve.storms:
        when = {"day": (day - first).days + 1, "at": f"{hour:02}:00"}
        bulk.append({"kind": "opened", **when, "count": count, "within": f"{lasts}h"})
    bulk += _bulk(together, "closed", observed.begin, end, where)
    if bulk:
        raw["bulk"] = bulk
    if observed.before:
        raw["back_file"] = observed.before
    days = (end - observed.begin) / DAY
    notes = (
        f"Fitted to {source}: {len(tickets)} tickets that were opened in {figures(days)} days, from "
        f"{instants.to_iso(observed.begin - observed.begin % SECOND)} on.",
        *said,
        "Texts, weather, lag and other integrations are not told there, and have their defaults.",
    )
    return Fitted(read(raw, name), raw, notes)


def _midnight(at: int, zone: tzinfo) -> int:
    local = instants.to_datetime(at, zone)
    return instants.from_wall(local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None), zone)


@dataclass(frozen=True)
class _Curve:
    per_day: float
    hours: tuple[float, ...]
    weekdays: tuple[float, ...]
    holidays: tuple[date, ...] = ()
    rest: float = 1.0
    storms: tuple[tuple[date, int, int, int], ...] = ()
    """Days on which far more came: the day, the first hour of it, how many hours it lasted, and how many were too many."""


def _curve(opened: Sequence[int], begin: int, end: int, zone: tzinfo) -> _Curve:
    """Tickets a day and their curve, by how long each hour and each day of the week was seen."""
    counts: Counter[tuple[date, int]] = Counter()
    for at in opened:
        local = instants.to_datetime(at, zone)
        counts[local.date(), local.hour] += 1
    exposed = _exposed(begin, end, zone)
    stormy = _stormy(counts)
    hours, weekdays = _rates(counts, exposed, stormy)
    storms = tuple(_storm(day, counts, hours, weekdays[day.weekday()]) for day in sorted(stormy))
    resting = _holidays(counts, exposed, hours, weekdays) - stormy
    rest = 1.0
    if resting:
        expected = sum(
            share * hours[hour] * weekdays[day.weekday()] for (day, hour), share in exposed.items() if day in resting
        )
        rest = sum(count for (day, _), count in counts.items() if day in resting) / expected
        hours, weekdays = _rates(counts, exposed, resting | stormy)
    seen = [each for each in weekdays if not math.isnan(each)]
    per_day = sum(seen) / len(seen)
    shares = tuple(1.0 if math.isnan(each) or not per_day else each / per_day for each in weekdays)
    return _Curve(per_day, hours, shares, tuple(sorted(resting)), rest, storms)


def _stormy(counts: Mapping[tuple[date, int], int]) -> frozenset[date]:
    """Days on which far more came than on others of their day of the week."""
    totals: Counter[date] = Counter()
    for (day, _), count in counts.items():
        totals[day] += count
    same: defaultdict[int, list[int]] = defaultdict(list)
    for day, count in totals.items():
        same[day.weekday()].append(count)
    # The lower of two in the middle, for storms may fall on half of them.
    usual = {weekday: sorted(several)[(len(several) - 1) // 2] for weekday, several in same.items()}
    return frozenset(
        day
        for day, count in totals.items()
        if len(same[day.weekday()]) > 2 and count > STORM * usual[day.weekday()] + LEAST_STORM
    )


def _storm(
    day: date, counts: Mapping[tuple[date, int], int], hours: Sequence[float], usual: float
) -> tuple[date, int, int, int]:
    more = [counts.get((day, hour), 0) - share * usual for hour, share in enumerate(hours)]
    high = [hour for hour, each in enumerate(more) if each > max(more) * CALM]
    return day, high[0], high[-1] - high[0] + 1, max(1, round(sum(more)))


def _exposed(begin: int, end: int, zone: tzinfo) -> dict[tuple[date, int], float]:
    """Which hours of which days were seen, and how much of each."""
    found: defaultdict[tuple[date, int], float] = defaultdict(float)
    at = begin
    while at < end:
        until = min(at - at % SLOT + SLOT, end)
        local = instants.to_datetime(at, zone)
        found[local.date(), local.hour] += (until - at) / HOUR
        at = until
    return found


def _rates(
    counts: Mapping[tuple[date, int], int], exposed: Mapping[tuple[date, int], float], without: frozenset[date]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The shares of the hours, and tickets a day by day of the week: each is worked out given the other, in turns."""
    hours, weekdays = [1 / 24] * 24, [float("nan")] * _WEEK
    for _ in range(8):
        told, seen = [0.0] * _WEEK, [0.0] * _WEEK
        for (day, hour), share in exposed.items():
            if day not in without:
                told[day.weekday()] += counts.get((day, hour), 0)
                seen[day.weekday()] += share * hours[hour]
        weekdays = [told[n] / seen[n] if seen[n] else float("nan") for n in range(_WEEK)]
        by_hour, lived = [0.0] * 24, [0.0] * 24
        for (day, hour), share in exposed.items():
            if day not in without and weekdays[day.weekday()] > 0:
                by_hour[hour] += counts.get((day, hour), 0)
                lived[hour] += share * weekdays[day.weekday()]
        rough = [by_hour[n] / lived[n] if lived[n] else 0.0 for n in range(24)]
        total = sum(rough) or 1.0
        hours = [each / total for each in rough]
    return tuple(hours), tuple(weekdays)


def _holidays(
    counts: Mapping[tuple[date, int], int],
    exposed: Mapping[tuple[date, int], float],
    hours: Sequence[float],
    weekdays: Sequence[float],
) -> frozenset[date]:
    """Days on which hardly anything came, though much was to be expected."""
    came: Counter[date] = Counter()
    expected: defaultdict[date, float] = defaultdict(float)
    for (day, hour), share in exposed.items():
        came[day] += counts.get((day, hour), 0)
        expected[day] += share * hours[hour] * (weekdays[day.weekday()] or 0.0)
    same = Counter(day.weekday() for day in expected)
    quiet = [
        day
        for day, wanted in expected.items()
        # Of one such day alone nobody can say what is usual.
        if wanted >= LEAST_EXPECTED and came[day] <= REST * wanted and same[day.weekday()] > 2
    ]
    return frozenset(quiet)


# --- bulk days ---------------------------------------------------------------------------------------------------------


def _bursts(moments: Sequence[int], zone: tzinfo) -> dict[int, list[int]]:
    """Slots in which far more happened than around them, each with what was too much, by the slot's beginning."""
    slots: defaultdict[int, list[int]] = defaultdict(list)
    for at in moments:
        slots[at - at % SLOT].append(at)
    found: dict[int, list[int]] = {}
    for slot, inside in slots.items():
        around = [len(slots.get(slot + n * SLOT, ())) for n in (-6, -5, -4, -3, 3, 4, 5, 6)]
        usual = sum(sorted(around)[1:-1]) / 6
        if len(inside) >= BURST * usual and len(inside) - usual >= LEAST_BURST:
            kept = round(usual)
            found[slot] = inside[kept:] if kept else inside
    return found


def _without(moments: Sequence[int], bursts: Mapping[int, Iterable[int]]) -> list[int]:
    left = Counter(at for inside in bursts.values() for at in inside)
    rest = []
    for at in moments:
        if left[at]:
            left[at] -= 1
        else:
            rest.append(at)
    return rest


def _bulk(bursts: Mapping[int, list[int]], kind: str, begin: int, end: int, zone: tzinfo) -> list[dict[str, Any]]:
    """Bulk days: those that come back every week, and single ones by their day of the span."""
    runs: list[list[int]] = []
    last = None
    for slot in sorted(bursts):
        if last is None or slot - last > SLOT:
            runs.append([])
        runs[-1] += bursts[slot]
        last = slot
    weeks = max(1, round((end - begin) / DAY / _WEEK))
    alike: defaultdict[tuple[int, int], list[list[int]]] = defaultdict(list)
    for run in runs:
        local = instants.to_datetime(run[0], zone)
        alike[local.weekday(), (local.hour * 60 + local.minute + 30) // 60].append(run)
    found: list[tuple[int, dict[str, Any]]] = []
    first = instants.to_datetime(begin, zone).date()
    for (weekday, _), several in sorted(alike.items()):
        weekly = len(several) >= max(2, 0.6 * weeks)
        for run in several[:1] if weekly else several:
            local = instants.to_datetime(run[0], zone)
            quarter = local.minute - local.minute % 5
            when = {"weekday": WEEKDAYS[weekday]} if weekly else {"day": (local.date() - first).days + 1}
            count = round(median(len(each) for each in several)) if weekly else len(run)
            lasts = max(MINUTE, median(each[-1] - each[0] for each in several) if weekly else run[-1] - run[0])
            bulk = {"kind": kind, **when, "at": f"{local.hour:02}:{quarter:02}", "count": count}
            found.append((run[0], {**bulk, "within": span(round(lasts / MINUTE) * MINUTE)}))
    return [bulk for _, bulk in sorted(found, key=lambda each: each[0])]


# --- lives -------------------------------------------------------------------------------------------------------------


def _lives(observed: Observed, together: Mapping[int, Sequence[int]]) -> Iterator[tuple[int, bool, bool]]:
    """How long each ticket lived, whether it was seen to its end, and whether that was its closing.

    One of many that were closed together would have lived on: whoever did that, says nothing of it.
    """
    bulk = Counter(at for inside in together.values() for at in inside)
    for each in observed.tickets:
        if each.closed is None:
            ended = each.gone is not None
            yield (each.gone if each.gone is not None else observed.end) - each.opened, ended, False
            continue
        own = not bulk[each.closed]
        bulk[each.closed] -= not own
        yield each.closed - each.opened, own, own


def _life(observed: Observed, together: Mapping[int, Sequence[int]]) -> tuple[dict[str, Any], list[str]]:
    """How tickets live; what was not seen to its end is told by what was (see `survival`)."""
    said: list[str] = []
    grown = observed.begin + (observed.end - observed.begin) * MATURE
    mature = [each for each in observed.tickets if each.opened <= grown] or list(observed.tickets)
    lives = list(_lives(observed, together))
    lasted = survival((length, closed) for length, _, closed in lives).lengths()
    life: dict[str, Any] = {}
    if len(lasted) < FEWEST:
        life["closed_after"] = {"median": "1d", "spread": 3}
        said.append(f"Only {len(lasted)} of them are told to be closed, so how long they live is a guess.")
    else:
        life["closed_after"] = mixture(lasted)
        life["never_closed"] = figures(never([(length, ended) for length, ended, _ in lives], lasted))
    spells = [spell for each in observed.tickets for spell in each.spells]
    told = [each for each in mature if each.closed is not None and each.reopened is not None]
    if len(spells) >= FEWEST:
        back = survival(
            ((observed.end if again is None else again) - closed, again is not None) for closed, again in spells
        )
        life["reopened"] = figures(1 - back.left)
        if len(back.ends) >= FEWEST:
            life["reopened_after"] = mixture(back.lengths())
    elif len(told) >= FEWEST:
        life["reopened"] = figures(min(1.0, sum(1 for each in told if each.reopened) / len(told)))
        after = sorted(
            each.reopened_at - each.closed
            for each in told
            if each.reopened_at is not None and each.closed is not None and each.reopened_at > each.closed
        )
        if len(after) >= FEWEST:
            life["reopened_after"] = mixture(after)
    noted = [each.notes for each in mature if each.notes is not None]
    if noted:
        life["notes"] = figures(min(100.0, sum(noted) / len(noted)))
        # Whether somebody wrote before or after the closing, a count does not tell.
        life["late_notes"] = 0.0
    said += [f"How many are {what} it does not tell." for what, key in _TOLD if key not in life]
    return life, said


_TOLD = (("reopened", "reopened"), ("noted", "notes"))
