"""The largest desk at which the objectives still hold: gallop until they do not, then bisect.

Scales stand on a grid of steps of a tenth, so that two searches can be compared. That more load never helps is assumed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from mockservers.harness.reports.characters import clean
from mockservers.kernel import clock
from mockservers.rehearsal.objectives import shown
from mockservers.rehearsal.plan import RehearsalConfig
from mockservers.rehearsal.rehearsing import rehearse
from mockservers.rehearsal.report import RehearsalReport

STEP = 1.1
"""A scale is so many times the one before it."""
LOWEST, HIGHEST = -36, 73
"""From about a thirtieth of the desk to a thousand times as much."""
FIRST = 7
"""Steps of the first leap: about twice as much. Each leap is twice as long as the one before."""


@dataclass(frozen=True)
class Largest:
    """The last scale at which the objectives hold, and the first at which they do not; None where nobody found one."""

    holds: RehearsalReport | None
    breaks: RehearsalReport | None
    tried: tuple[tuple[float, bool], ...]

    @property
    def sentence(self) -> str:
        """What a manager wants to read."""
        open_ = "" if self.breaks is None or self.breaks.verdict != "UNDECIDED" else _open(self.breaks)
        if self.holds is None:
            assert self.breaks is not None
            return open_ or f"your integration does not hold even at {_a_day(self.breaks)}: {stopper(self.breaks)}"
        until = f"your integration holds until {_a_day(self.holds)}"
        if self.breaks is None:
            return f"{until}, and more was not tried"
        if open_:
            return f"{until}; {open_}"
        return f"{until}; then {stopper(self.breaks)}"


def _open(report: RehearsalReport) -> str:
    """That nobody knows of a scale, and why: a rehearsal that ended too soon proves no limit."""
    why = clean(report.blind if report.stopped is None else report.stopped.what, report.secrets)
    return f"whether it holds at scale {report.scale:g} is not known: {why}"


def _a_day(report: RehearsalReport) -> str:
    return f"{report.counts['tickets'] / report.days:,.0f} tickets a day (scale {report.scale:g})"


def stopper(report: RehearsalReport) -> str:
    """The objective that breaks first, in words."""
    missed = [each for each in report.objectives if not each.met]
    if not missed:
        return clean(report.blind if report.stopped is None else report.stopped.what, report.secrets)
    objective, unit = missed[0].objective, missed[0].objective.metric.unit
    name = f"{report.vendor}'s limit" if objective.name.startswith("limit.") else objective.name
    rule = f" ({objective.because}: {objective.why})" if objective.because else ""
    return (
        f"{name} stops it: {objective.metric.says} is {shown(unit, missed[0].value)}, and {shown(unit, objective.most)} is the "
        f"most{rule}"
    )


def scale_of(step: int) -> float:
    """The scale of a step of the grid; that of 0 is 1."""
    return float(f"{STEP**step:.4g}")


@dataclass
class _Search:
    config: RehearsalConfig
    tell: Callable[[float, bool | None], None]
    known: dict[int, RehearsalReport] = field(default_factory=dict)

    def holds(self, step: int) -> bool:
        if step not in self.known:
            scale = self.config.scale * scale_of(step)
            self.tell(scale, None)
            self.known[step] = rehearse(replace(self.config, scale=scale, explain=False, save_to=None))
            self.tell(scale, self.known[step].go)
        return self.known[step].go

    @property
    def over(self) -> bool:
        """Whether the time for the whole search is up."""
        return any(report.stopped is not None and report.stopped.why == "time" for report in self.known.values())


def find_limit(
    config: RehearsalConfig, tell: Callable[[float, bool | None], None] = lambda scale, held: None
) -> Largest:
    """The largest scale, from that of `config` on. `tell` gets each scale before it is rehearsed, and what came of it.

    `max_seconds` of the configuration are for the whole search.
    """
    search = _Search(replace(config, begun=clock.wall() if config.begun is None else config.begun), tell)
    good, bad = _bracket(search)
    while good is not None and bad is not None and bad - good > 1 and not search.over:
        middle = (good + bad) // 2
        if search.holds(middle):
            good = middle
        else:
            bad = middle
    tried = tuple((report.scale, report.go) for _, report in sorted(search.known.items()))
    return Largest(None if good is None else search.known[good], None if bad is None else search.known[bad], tried)


def _bracket(search: _Search) -> tuple[int | None, int | None]:
    """A step that holds and one above it that does not, by leaps that get longer; None where the grid ends before."""
    up = search.holds(0)
    if search.over:
        return None, 0
    leap, last, at = FIRST, 0, 0
    while True:
        at = min(HIGHEST, at + leap) if up else max(LOWEST, at - leap)
        if at == last:
            return (last, None) if up else (None, last)
        if search.holds(at) != up or search.over:
            if not up and search.over:
                return None, at
            return (last, at) if up else (at, last)
        last, leap = at, 2 * leap
