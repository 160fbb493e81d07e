"""Service-level objectives: what a rehearsal must reach for a go. A name, and the most that it may come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from mockservers.kernel import instants
from mockservers.kernel.instants import SECOND
from mockservers.registry import did_you_mean

Unit = Literal["time", "count", "share"]
EXAMPLES: Mapping[Unit, str] = {
    "time": "a length of time, such as 90s, 10m or 1.5h",
    "count": "a number, such as 0 or 500",
    "share": "a share, such as 50% or 0.5",
}
Source = Literal["given", "profile", "vendor", "always"]
"""Who asks for it: the user, the desk's profile, the vendor's own guidance, or everybody."""


@dataclass(frozen=True, slots=True)
class Metric:
    """What an objective may be about. `rank` is how near to a cause it is: what breaks first is told first."""

    name: str
    unit: Unit
    says: str
    rank: int


METRICS: Mapping[str, Metric] = {
    each.name: each
    for each in (
        Metric("storms", "count", "times at which refused or failed calls were repeated on and on", 0),
        Metric("habits", "count", "breaches of duties of asking, in one hour out of six", 3),
        Metric("losses", "count", "changes that the copy does not show in the end", 1),
        Metric("wrong", "count", "records that the copy kept although gone, invented, or spoiled", 2),
        Metric("duplicates", "count", "records that stood in the copy twice, or were made twice", 3),
        Metric("lost_writes", "count", "writes of the client that did not reach the vendor", 3),
        Metric("limit.peak", "share", "the largest share of the vendor's limit that a call met", 4),
        Metric("limit.throttled", "count", "calls that the vendor refused or slowed for its limit", 4),
        Metric("limit.latency", "time", "time for which the vendor held calls back for its limit", 4),
        Metric("calls.hour", "count", "calls in the busiest hour", 5),
        Metric("calls.day", "count", "calls a day, on average", 5),
        Metric("calls.sync", "count", "calls a sync, on average", 5),
        Metric("calls.live", "count", "calls in hours in which the vendor asks clients to stay away", 5),
        Metric("bytes.day", "count", "bytes a day, on average, both ways", 5),
        Metric("recovery.worst", "time", "the longest time from a failure to the first sync without one", 6),
        Metric("backlog.drain", "time", "the longest time from an outage's end until what was behind is shown", 6),
        Metric("backlog.worst", "count", "changes that were behind at once", 7),
        Metric("staleness.p50", "time", "what half of all changes took at most to be shown", 8),
        Metric("staleness.p95", "time", "what 95 of 100 changes took at most to be shown", 8),
        Metric("staleness.p99", "time", "what 99 of 100 changes took at most to be shown", 8),
        Metric("staleness.worst", "time", "what the slowest change took to be shown", 8),
        Metric("errors", "count", "requests that failed, whoever was to blame", 9),
    )
}
ALWAYS: Mapping[str, str] = {
    "losses": "0",
    "wrong": "0",
    "duplicates": "0",
    "lost_writes": "0",
    "storms": "0",
    "habits": "0",
}
"""What every client must keep, whatever the vendor."""


@dataclass(frozen=True, slots=True)
class Objective:
    """`most` is in microseconds, a number, or a share of 1, by the metric's unit. `because` is the id of a rule, and `why`
    what that says."""

    metric: Metric
    most: float
    source: Source
    because: str = ""
    why: str = ""

    @property
    def name(self) -> str:
        return self.metric.name


@dataclass(frozen=True, slots=True)
class Judged:
    """An objective and what came of it; `value` None: nothing was measured, and `met` says whether that is good."""

    objective: Objective
    value: float | None
    met: bool
    note: str = ""


def objective(name: str, wanted: str | float, source: Source, because: str = "") -> Objective:
    """An objective of a name and a value as people write them; raises ValueError with what is expected."""
    metric = METRICS.get(name)
    if metric is None:
        raise ValueError(
            f"unknown objective {name!r}; expected one of: {', '.join(METRICS)}{did_you_mean(name, METRICS)}"
        )
    return Objective(metric, _value(metric, wanted), source, because)


def _value(metric: Metric, wanted: str | float) -> float:
    text = str(wanted).strip()
    try:
        if metric.unit == "time":
            found: float = instants.duration(text)
        elif metric.unit == "share" and text.endswith("%"):
            found = float(text[:-1]) / 100
        else:
            found = float(text)
        if not 0 <= found < float("inf"):
            raise ValueError
    except ValueError:
        raise ValueError(
            f"objective {metric.name} must be {EXAMPLES[metric.unit]}, got {text!r}: it is the most that "
            f"{metric.says} may be"
        ) from None
    return found


def parse(options: Iterable[str]) -> dict[str, str]:
    """Options such as `staleness.p95=10m` as names and values; raises ValueError for one of another form."""
    found: dict[str, str] = {}
    for option in options:
        name, sign, value = option.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise ValueError(f"--slo must be NAME=VALUE, such as staleness.p95=10m or losses=0, got {option!r}")
        objective(name.strip(), value, "given")
        found[name.strip()] = value.strip()
    return found


def chosen(
    vendor: Mapping[str, str],
    guidance: Mapping[str, str],
    profile: Mapping[str, str | float],
    given: Mapping[str, str | float],
) -> tuple[Objective, ...]:
    """The objectives of a rehearsal: what the user gives wins over the profile, that over the vendor's guidance."""
    asked: dict[str, Objective] = {}
    layers: tuple[tuple[Source, Mapping[str, str | float]], ...] = (
        ("always", ALWAYS),
        ("vendor", vendor),
        ("profile", profile),
        ("given", given),
    )
    for source, values in layers:
        for name, wanted in values.items():
            because = guidance.get(name, "") if source == "vendor" else ""
            asked[name] = objective(name, wanted, source, because)
    order = list(METRICS)
    return tuple(sorted(asked.values(), key=lambda each: (each.metric.rank, order.index(each.name))))


def judge(objectives: Iterable[Objective], values: Mapping[str, float | None]) -> tuple[Judged, ...]:
    """Each objective with what was measured. What could not be measured is not met, unless nothing was there to measure."""
    found = []
    for each in objectives:
        value = values.get(each.name)
        if value is None:
            found.append(Judged(each, None, each.name not in values, "nothing was there to be measured"))
        else:
            found.append(Judged(each, value, value <= each.most + 1e-9))
    return tuple(found)


def shown(unit: Unit, value: float | None) -> str:
    """A value as reports write it."""
    if value is None:
        return "-"
    if unit == "share":
        return f"{100 * value:.0f} %" if value >= 0.1 or not value else f"{100 * value:.1f} %"
    if unit == "time":
        return length(value)
    return f"{value:,.0f}" if value == int(value) or value >= 100 else f"{value:,.1f}"


def length(microseconds: float) -> str:
    """A length of time as people say it, in two units at most: `45 s`, `12 min 30 s`, `3 h 5 min`, `2 d 4 h`."""
    seconds = round(microseconds / SECOND)
    if seconds < 60:
        return f"{seconds} s"
    for size, name, smaller, rest in ((86_400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if seconds >= size:
            left = seconds % size // smaller
            return f"{seconds // size} {name}" + (f" {left} {rest}" if left else "")
    raise AssertionError(seconds)
