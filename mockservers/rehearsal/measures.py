"""Numbers by the hour and for the whole span, counted as the play goes on: nothing is kept that grows with what was said."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mockservers.kernel.instants import HOUR, SECOND

QUANTILES: Mapping[str, float] = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
BOUNDS = tuple(
    seconds * SECOND
    for seconds in (0, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400, 172_800, 604_800)
)
"""Upper bounds of the distribution that reports draw; what lies beyond the last has a row of its own."""


def quantile(ordered: Sequence[int], share: float) -> int | None:
    """The smallest value that so large a share does not exceed; None where there is none."""
    if not ordered:
        return None
    return ordered[max(0, -(-round(len(ordered) * share * 1_000_000) // 1_000_000) - 1)]


@dataclass
class Series:
    """One number an hour, which grows as the hours are reached."""

    values: array[float] = field(default_factory=lambda: array("d"))

    def add(self, hour: int, value: float) -> None:
        self._reach(hour)
        self.values[hour] += value

    def most(self, hour: int, value: float) -> None:
        self._reach(hour)
        self.values[hour] = max(self.values[hour], value)

    def set(self, hour: int, value: float) -> None:
        self._reach(hour)
        self.values[hour] = value

    def _reach(self, hour: int) -> None:
        if len(self.values) <= hour:
            self.values.extend([0.0] * (hour + 1 - len(self.values)))

    def first(self, hours: int) -> list[float]:
        self._reach(hours - 1)
        return list(self.values[:hours])


@dataclass
class Staleness:
    """How long each change took to be shown, with the hour in which it became visible."""

    hours: array[int] = field(default_factory=lambda: array("q"))
    taken: array[int] = field(default_factory=lambda: array("q"))
    worst: int = field(default=0, init=False)
    """The longest so far. Progress tells it after every sync, so it is not looked for among all."""

    def add(self, hour: int, microseconds: int) -> None:
        self.hours.append(hour)
        self.taken.append(microseconds)
        self.worst = max(self.worst, microseconds)

    def quantiles(self) -> dict[str, int | None]:
        ordered = sorted(self.taken)
        return {name: quantile(ordered, share) for name, share in QUANTILES.items()} | {
            "worst": ordered[-1] if ordered else None
        }

    def by_hour(self, hours: int, share: float) -> list[int | None]:
        found: list[list[int]] = [[] for _ in range(hours)]
        for hour, taken in zip(self.hours, self.taken, strict=True):
            found[min(hour, hours - 1)].append(taken)
        return [quantile(sorted(each), share) for each in found]

    def distribution(self) -> list[tuple[int | None, int]]:
        """How many changes took up to each bound, and longer than the one before; None is beyond the last."""
        counts: Counter[int | None] = Counter()
        for taken in self.taken:
            counts[next((bound for bound in BOUNDS if taken <= bound), None)] += 1
        return [(bound, counts[bound]) for bound in (*BOUNDS, None)]


@dataclass
class Episode:
    """A time in which requests failed: from the first failure to the end of the first sync without any."""

    begun: int
    failures: int = 0
    ended: int | None = None

    @property
    def recovery(self) -> int | None:
        return None if self.ended is None else self.ended - self.begun


@dataclass
class Outage:
    """A weather that struck, what was behind when it was over, and when that was shown."""

    kind: str
    begun: int
    until: int
    backlog: int = 0
    drained: int | None = None
    open: bool = True

    @property
    def drain(self) -> int | None:
        return None if self.drained is None else max(0, self.drained - self.until)


@dataclass
class Measures:
    """All that is counted while a span is played. `start` is the instant at which it begins."""

    start: int
    staleness: Staleness = field(default_factory=Staleness)
    calls: Series = field(default_factory=Series)
    errors: Series = field(default_factory=Series)
    bytes: Series = field(default_factory=Series)
    share: Series = field(default_factory=Series)
    throttled: Series = field(default_factory=Series)
    latency: Series = field(default_factory=Series)
    live: Series = field(default_factory=Series)
    backlog: Series = field(default_factory=Series)
    events: Series = field(default_factory=Series)
    syncs: Series = field(default_factory=Series)
    operations: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    """Events by kind."""
    failed_syncs: int = 0
    skipped_syncs: int = 0
    episodes: list[Episode] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)
    most_backlog: int = 0

    def hour(self, at: int) -> int:
        return max(0, (at - self.start) // HOUR)

    def failing(self, at: int, failures: int) -> None:
        """Requests of a sync failed, the first of them at an instant."""
        if not self.episodes or self.episodes[-1].ended is not None:
            self.episodes.append(Episode(at))
        self.episodes[-1].failures += failures

    def recovered(self, at: int) -> None:
        """A sync went through without a failure."""
        if self.episodes and self.episodes[-1].ended is None:
            self.episodes[-1].ended = at


def total(values: Iterable[float]) -> int:
    return round(sum(values))
