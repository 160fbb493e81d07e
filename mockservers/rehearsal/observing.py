"""What can be said of a client that cannot be driven: from the journal of the world that it works in, and no copy of its own.

Duties that need no copy, limits and hours, how it goes on after failures, and coverage: which changes no request can have
seen. What a copy would show, such as a record that was read and dropped, stays unknown, and is said to be.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakKeyDictionary

from mockservers.harness.duties import Duty, Judgement, of
from mockservers.harness.history import Exchanged, ExternalChange, History, change, exchanged
from mockservers.harness.profile import contracted
from mockservers.harness.scenarios import CUSTOMER
from mockservers.kernel import instants
from mockservers.kernel.dialects import Dialect
from mockservers.kernel.installation import Installation
from mockservers.kernel.instants import MINUTE
from mockservers.kernel.journal import Entry
from mockservers.kernel.redaction import MASK
from mockservers.kernel.world import World
from mockservers.recording.adapter import adapter
from mockservers.recording.judging import ITS_PLACE, judge_exchanges
from mockservers.rehearsal.coverage import Change, Coverage, changed, recorded, told_in
from mockservers.rehearsal.events import Usage, VendorDesk, rehearsable, vendor_desk
from mockservers.rehearsal.living import DeskCourse, course_of

MOST_JUDGED = 5_000
"""Requests that duties judge, the latest: what a client does in every one of them it does in these. Judging takes as long as
there are requests, and the server answers nobody meanwhile."""
PATIENCE = 15 * MINUTE
"""A change is missed only when it has been there so long, where no objective says otherwise."""
MOST_NAMED = 20
NOT_ANSWERED = frozenset({"page", "unmatched", "malformed"})


@dataclass(frozen=True, slots=True)
class Episode:
    """Requests that failed one after the other: until when, how many, and how many within a minute at most."""

    begun: int
    ended: int | None
    failures: int
    densest: int


@dataclass(frozen=True)
class Observation:
    """What is known of the client of one vendor of a world."""

    vendor: str
    begun: int
    now: int
    requests: int
    judged: int
    dropped: int
    operations: Mapping[str, int]
    outcomes: Mapping[str, int]
    duties: tuple[tuple[Duty, Judgement], ...]
    usage: Mapping[int, Usage]
    heavy: int
    episodes: tuple[Episode, ...]
    coverage: Coverage
    missed: tuple[Change, ...]
    objectives: Mapping[str, str]

    @property
    def broken(self) -> list[Duty]:
        return [duty for duty, judgement in self.duties if judgement.verdict == "broken" and duty.severity == "must"]

    @property
    def peak(self) -> float | None:
        """The largest share of the vendor's limit that a request met; None where it has none."""
        return max((each.share for each in self.usage.values()), default=None)

    @property
    def staleness(self) -> int | None:
        """So long after it was visible 95 of 100 changes were told at the latest."""
        taken = sorted(self.coverage.taken)
        return taken[math.ceil(0.95 * len(taken)) - 1] if taken else None

    def reasons(self) -> list[str]:
        """Why it does not pass; empty where it does."""
        found = [f"{duty.id} is broken: {duty.says}" for duty in self.broken]
        if not self.requests:
            found.append(f"no request of a client of {self.vendor} has come")
        elif not self.coverage.taken and all(judgement.verdict != "kept" for _, judgement in self.duties):
            found.append("nothing is proven: no duty was put to the test, and no answer told of a change")
        if self.missed:
            first = self.missed[0]
            found.append(
                f"{_many(len(self.missed), 'change')} no request can have seen; the first is {first.kind} of ticket "
                f"{first.ticket} at {_when(first.at)}"
            )
        most = _share(self.objectives.get("limit.peak"))
        if most is not None and self.peak is not None and self.peak > most:
            found.append(f"limit.peak is {self.peak:.0%}, and must be {most:.0%} at most")
        bound = self.objectives.get("staleness.p95")
        if bound is not None and self.staleness is not None and self.staleness > instants.duration(bound):
            found.append(f"staleness.p95 is {length(self.staleness / instants.SECOND)}, and must be {bound} at most")
        return found

    @property
    def passed(self) -> bool:
        return not self.reasons()

    @property
    def failed(self) -> bool:
        """Whether it cannot pass any more, whatever comes."""
        return bool(self.broken)

    def to_dict(self) -> dict[str, Any]:
        """As plain data, keys in reading order."""
        taken = self.coverage
        return {
            "vendor": self.vendor,
            "passed": self.passed,
            "failed": self.failed,
            "reasons": self.reasons(),
            "from": _when(self.begun),
            "until": _when(self.now),
            "requests": self.requests,
            "judged": self.judged,
            "not_kept": self.dropped,
            "operations": dict(self.operations),
            "outcomes": dict(self.outcomes),
            "duties": [_duty(duty, judgement) for duty, judgement in self.duties],
            "limit": {
                "peak": self.peak,
                "throttled": sum(each.throttled for each in self.usage.values()),
                "latency_seconds": sum(each.latency for each in self.usage.values()),
            },
            "heavy_in_live_hours": self.heavy,
            "failures": [
                {
                    "from": _when(each.begun),
                    "until": None if each.ended is None else _when(each.ended),
                    "requests": each.failures,
                    "most_in_a_minute": each.densest,
                }
                for each in self.episodes[-MOST_NAMED:]
            ],
            "coverage": {
                "changes": taken.changes,
                "told": taken.counted,
                "missed": len(self.missed),
                "waiting": sum(map(len, taken.waiting.values())) - len(self.missed),
                "unknown": taken.unknown,
                "deleted": taken.deleted,
                "staleness_p95_seconds": None if self.staleness is None else self.staleness / instants.SECOND,
                "first_missed": [
                    {"ticket": each.ticket, "what": each.kind, "at": _when(each.at)}
                    for each in self.missed[:MOST_NAMED]
                ],
            },
        }


def _duty(duty: Duty, judgement: Judgement) -> dict[str, Any]:
    return {
        "id": duty.id,
        "verdict": judgement.verdict,
        "severity": duty.severity,
        "says": duty.says,
        "breaches": [each.text for each in judgement.breaches[:3]],
        "rules": [rule.id for rule in duty.rules] if judgement.breaches else [],
        "needs": duty.exercised_by if judgement.verdict == "unproven" else "",
    }


def _many(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _share(text: str | None) -> float | None:
    """A share as objectives write it: `50%` or 0.5."""
    if not text:
        return None
    return float(text.rstrip("% ")) / (100 if text.rstrip().endswith("%") else 1)


def length(seconds: float) -> str:
    """A length of time as people read it: hours and minutes, or seconds."""
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{rest}s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes}m" if hours else f"{minutes}m"


def _when(at: int) -> str:
    return instants.to_iso(at - at % instants.SECOND)


# --- observing ---------------------------------------------------------------------------------------------------------


def told(world: World, vendor: str | None = None) -> dict[str, Any]:
    """What is known of the clients of a world's vendors, as plain data: of one, or of all that were called.

    Raises ValueError for a vendor that has no contract to judge by.
    """
    if vendor is not None and vendor not in contracted():
        raise ValueError(f"{vendor} has no contract to judge by; there are contracts for {', '.join(contracted())}")
    called = {entry.vendor for entry in list(world.journal) if entry.actor == "client"}
    names = [vendor] if vendor is not None else [name for name in contracted() if name in called]
    seen = [observe(world, name) for name in names]
    return {
        "world": world.name,
        "passed": bool(seen) and all(each.passed for each in seen),
        "failed": any(each.failed for each in seen),
        "vendors": {each.vendor: each.to_dict() for each in seen},
    }


def observe(world: World, vendor: str) -> Observation:
    """What is known of the client of a vendor."""
    installation = world.installation(vendor)
    now = world.clock.now()
    course = course_of(installation)
    if course is not None:
        course.catch_up(now)
    entries = [each for each in list(world.journal) if each.vendor == vendor and each.outcome not in NOT_ANSWERED]
    mine = [each for each in entries if each.actor == "client" and (each.exchange is not None or each.faults)]
    acts = [change(each) for each in entries if each.actor == "other" and isinstance(each.request, Mapping)]
    dialect = installation.tenants.first.dialect
    latest = mine[-MOST_JUDGED:]
    exchanges = tuple(_exchanged(each, course) for each in latest)
    duties = [duty for duty in of(vendor) if duty.applies(dialect)]
    history, verdicts = _judged(installation, dialect, latest, exchanges, duties)
    desk = vendor_desk(vendor) if rehearsable(vendor) else None
    coverage = Coverage() if desk is None else _coverage(installation, desk, entries)
    used = {} if desk is None else _usage(desk, history, acts, course)
    objectives = {**(desk.objectives if desk else {}), **(course.profile.objectives if course else {})}
    patience = instants.duration(objectives["staleness.p95"]) if "staleness.p95" in objectives else PATIENCE
    waiting = [each for several in coverage.waiting.values() for each in several]
    missed = [each for each in waiting if coverage.visible(each) <= now - patience]
    return Observation(
        vendor,
        mine[0].at if mine else now,
        now,
        len(mine),
        len(exchanges),
        world.journal.dropped,
        Counter(each.operation or "none" for each in mine),
        Counter(each.outcome for each in mine),
        tuple((duty, verdicts[duty.id]) for duty in duties),
        used,
        0 if desk is None else sum(desk.heavy(each) and desk.live_hours(each.at, dialect) for each in exchanges),
        tuple(_episodes(mine, frozenset(n for n, each in used.items() if each.throttled))),
        coverage,
        tuple(sorted(missed, key=lambda each: (each.due, each.ticket))),
        objectives,
    )


def usage(world: World, vendor: str) -> dict[str, Any]:
    """What each of the latest calls met of the vendor's limit, as plain data; judges nobody, and opens no vendor."""
    if not world.opened(vendor):
        return {"vendor": vendor, "limited": False, "calls": []}
    installation = world.installation(vendor)
    course = course_of(installation)
    entries = [each for each in world.journal.settled if each.vendor == vendor and each.outcome not in NOT_ANSWERED]
    latest = [each for each in entries if each.actor == "client" and each.exchange is not None][-MOST_JUDGED:]
    acts = [change(each) for each in entries if each.actor == "other" and isinstance(each.request, Mapping)]
    used: Mapping[int, Usage] = {}
    if rehearsable(vendor) and latest:
        dialect = installation.tenants.first.dialect
        history, _ = judge_exchanges(
            vendor, "the client", dialect, tuple(_exchanged(each, course) for each in latest), (), ()
        )
        used = _usage(vendor_desk(vendor), history, acts, course)
    calls = [
        {"n": each.n, "at": instants.to_iso(each.at), "share": used[each.n].share, "throttled": used[each.n].throttled}
        for each in latest
        if each.n in used
    ]
    return {"vendor": vendor, "limited": bool(calls), "calls": calls}


_Judged = tuple[History, dict[str, Judgement]]
_JUDGED: WeakKeyDictionary[Installation, tuple[tuple[Any, ...], _Judged]] = WeakKeyDictionary()
"""What was judged last, and of which requests: whoever looks again and again, as `--until` does, waits for new ones only."""


def _judged(
    installation: Installation,
    dialect: Dialect,
    entries: Sequence[Entry],
    exchanges: tuple[Exchanged, ...],
    duties: Sequence[Duty],
) -> _Judged:
    key = (entries[0].n, entries[-1].n, len(entries), dict(dialect.changes())) if entries else ()
    known = _JUDGED.get(installation)
    if known is not None and known[0] == key:
        return known[1]
    lacking = tuple(each.n for each in entries if each.exchange is not None and _cut(each))
    found = judge_exchanges(installation.emulator.name, "the client", dialect, exchanges, lacking, duties)
    _JUDGED[installation] = key, found
    return found


def _cut(entry: Entry) -> bool:
    return entry.exchange is not None and (entry.exchange.cut or entry.exchange.left_out)


def _exchanged(entry: Entry, course: DeskCourse | None) -> Exchanged:
    """An exchange as duties look at it. Where a secret stood, a mask stands in the journal.

    A desk that lives here saw what it was; otherwise a header that is made for secrets, and so masked in any case, tells nothing.
    """
    exchange = entry.exchange
    reveals: list[str] = []
    if course is not None:
        reveals = list(course.reveals.get(entry.n, ()))
    elif exchange is not None:
        reveals = ["address"] if MASK in exchange.target else []
        reveals += [
            f"header {name}" for name, value in exchange.headers if MASK in value and name.lower() not in ITS_PLACE
        ]
    found = exchanged(entry, None, tuple(reveals))
    # What is not kept whole reads as if it had not come; judging tries other readings of it.
    return replace(found, received=None) if _cut(entry) else found


def _usage(
    desk: VendorDesk, history: History, acts: Sequence[ExternalChange], course: DeskCourse | None
) -> Mapping[int, Usage]:
    """What the requests met of the limit, with what other integrations used of it."""
    others = list(acts)
    for weather in course.weathers if course is not None else ():
        others += [
            ExternalChange(0, weather.at, "act", {"id": CUSTOMER, "action": step.action, **step.more}, None)
            for step in desk.begins(weather)
            if step.ticket == CUSTOMER
        ]
    others.sort(key=lambda each: each.at)
    return desk.usage(replace(history, changes=tuple(others)), history.dialect)


def _failed(entry: Entry) -> bool:
    """Whether a request came to nothing: by a fault, or because the vendor turned the caller away. That there is no such record
    is an answer."""
    if entry.faults or entry.outcome in ("fault", "error") or entry.exchange is None:
        return True
    status = entry.exchange.status or 0
    if status == 429 or status >= 500:
        return True
    return entry.outcome == "refused" and adapter(entry.vendor).refused(recorded(entry, entry.exchange))


def _episodes(entries: Sequence[Entry], throttled: frozenset[int]) -> Iterable[Episode]:
    """Requests that failed one after the other, and those that the limit refused."""
    begun: int | None = None
    failures = densest = 0
    minute: deque[int] = deque()
    for entry in entries:
        if entry.n not in throttled and not _failed(entry):
            if begun is not None:
                yield Episode(begun, entry.at, failures, densest)
            begun, failures, densest = None, 0, 0
            minute.clear()
            continue
        begun = entry.at if begun is None else begun
        failures += 1
        minute.append(entry.at)
        while minute[0] <= entry.at - MINUTE:
            minute.popleft()
        densest = max(densest, len(minute))
    if begun is not None:
        yield Episode(begun, None, failures, densest)


# --- coverage ----------------------------------------------------------------------------------------------------------


@dataclass
class _Look:
    """How far the journal of an installation was read, since each answer is read once."""

    coverage: Coverage = field(default_factory=Coverage)
    read: int = 0
    """The number of the latest entry that was read."""


_LOOKS: WeakKeyDictionary[Installation, _Look] = WeakKeyDictionary()


def _coverage(installation: Installation, desk: VendorDesk, entries: Sequence[Entry]) -> Coverage:
    """Which changes the client was told. A desk that lives here counts as answers leave; else the journal is read on."""
    course = course_of(installation)
    if course is not None:
        return course.coverage
    world, dialect = installation.world, installation.tenants.first.dialect
    look = _LOOKS.setdefault(installation, _Look())
    fresh = [each for each in entries if each.n > look.read]
    if world.journal.dropped > look.read:
        look.coverage.unknowable(fresh[0].at if fresh else world.clock.now())
    for entry in fresh:
        if entry.actor == "client":
            look.coverage.came(entry.at)
        if entry.actor == "other":
            made = changed(entry, desk.lag(dialect))
            if made is not None:
                look.coverage.add(made)
        elif entry.actor == "client" and entry.exchange is not None and entry.exchange.status == 200:
            if _cut(entry):
                look.coverage.unknowable(entry.at)
            else:
                look.coverage.told(entry.at, told_in(desk, entry, entry.exchange, dialect))
    look.read = world.journal.count
    return look.coverage
