"""The report of a rehearsal as data: everything that text, JSON, JUnit and a page are made of. Instants and lengths of time
are microseconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from mockservers.harness.drivers import DriverFailure
from mockservers.harness.scenarios import Scenario
from mockservers.rehearsal.measures import Episode, Outage
from mockservers.rehearsal.objectives import Judged

LossKind = Literal["missing", "stale", "kept", "astray", "invented"]
"""`missing`: the copy has no such record. `stale`: it shows an older state. `kept`: it has what is gone at the vendor.
`astray`: it was right, and is so no longer. `invented`: the vendor never had it."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A change that the copy does not show in the end, or a record of the copy that is wrong. `ticket` is the vendor's id,
    `number` the desk's (0: of the back-file, or unknown); `event` is what happened at `at`, visible from `due` on."""

    kind: LossKind
    ticket: str
    number: int
    event: str
    at: int
    due: int
    text: str
    weather: str = ""
    """The weather in which it became visible, with its times; empty where there was none."""
    fields: tuple[str, ...] = ()
    """The fields in which the copy is not the truth in the end; none where the record is missing, or gone."""


@dataclass(frozen=True)
class Explanation:
    """Why something was lost: the duty that the cut-out scenario breaks, with its rules, or the facts where it breaks none."""

    text: str
    duty: str = ""
    says: str = ""
    rules: tuple[tuple[str, str], ...] = ()
    """Ids, and what they say."""
    witness: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    """What the journal tells of the requests around it."""
    scenario: Scenario | None = None
    file: Path | None = None
    unsaved: str = ""
    plays: int = 0
    broken: tuple[tuple[str, int], ...] = ()
    """The duties that the play of the loss breaks, the named one first, each with how many breaches were seen."""


@dataclass(frozen=True)
class LossGroup:
    """Losses that probably have one cause. `examples` are the first few of them."""

    kind: LossKind
    count: int
    title: str
    examples: tuple[Loss, ...]
    explanation: Explanation


@dataclass(frozen=True)
class Reason:
    """Why it is no go: the objective that is not met, and what is behind that."""

    objective: str
    text: str
    duty: str = ""
    rules: tuple[tuple[str, str], ...] = ()
    details: tuple[str, ...] = ()
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Slow:
    """A change that took long to be shown."""

    ticket: str
    number: int
    event: str
    due: int
    shown: int
    why: str

    @property
    def taken(self) -> int:
        return self.shown - self.due


@dataclass(frozen=True, slots=True)
class StopNote:
    """Where a rehearsal ended too soon, and why: the client failed as a program, somebody interrupted it, or time was up."""

    why: Literal["client", "interrupted", "time"]
    what: str
    at: int
    printed: str = ""


@dataclass(frozen=True)
class RehearsalReport:
    """The outcome of a rehearsal; of one that was stopped, what was known by then.

    `hours` has one number for each hour of the span: calls, errors, bytes, share (of the limit, at most), throttled, latency
    (seconds), live, backlog, events, syncs, staleness_p95 and staleness_worst (microseconds, or None).
    """

    vendor: str
    client: str
    given: str
    dialect: str
    profile: str
    profile_says: str
    zone: str
    seed: int
    scale: float
    days: int
    every: int
    start: int
    end: int
    """The instant that was reached, without the time after the span in which a client may catch up."""
    objectives: tuple[Judged, ...]
    values: Mapping[str, float | None]
    """Every metric, whether an objective asks for it or not."""
    reasons: tuple[Reason, ...]
    staleness: Mapping[str, int | None]
    distribution: tuple[tuple[int | None, int], ...]
    slowest: tuple[Slow, ...]
    losses: tuple[Loss, ...]
    groups: tuple[LossGroup, ...]
    counts: Mapping[str, int]
    """tickets, events, shown, unseen, calls, bytes, syncs, failed_syncs, skipped_syncs, errors, throttled, live, losses,
    writes, refused_writes, storms, habits."""
    operations: Mapping[str, int]
    outcomes: Mapping[str, int]
    kinds: Mapping[str, int]
    impossible: Mapping[str, int]
    hours: Mapping[str, tuple[float | None, ...]]
    outages: tuple[Outage, ...]
    episodes: tuple[Episode, ...]
    seconds: float = field(compare=False)
    stopped: StopNote | None = None
    blind: str = ""
    """Why nothing of the copy could be judged."""
    first_failed: str = ""
    """When the first sync ended in an error, and in which; empty where none did."""
    beside: tuple[str, ...] = ()
    """What the copy shows beside the fields of tickets, of which nothing was compared."""
    secrets: tuple[str, ...] = field(default=(), compare=False, repr=False)
    """What no report may show, whoever wrote it into a text."""

    @property
    def go(self) -> bool:
        """Whether every objective is met and the span was played to its end."""
        return self.stopped is None and not self.blind and all(each.met for each in self.objectives)

    @property
    def verdict(self) -> str:
        if self.go:
            return "GO"
        known = any(not each.met and each.value is not None for each in self.objectives)
        return "NO-GO" if known or (self.stopped is None and not self.blind) else "UNDECIDED"

    @property
    def exit_code(self) -> int:
        """0 go, 1 no-go, 3 undecided, 4 the client failed as a program, 130 interrupted."""
        if self.stopped is not None and self.stopped.why != "time":
            return 4 if self.stopped.why == "client" else 130
        return {"GO": 0, "NO-GO": 1, "UNDECIDED": 3}[self.verdict]


class RehearsalStopped(DriverFailure):
    """The client failed as a program in the midst of a rehearsal; `report` tells how far that came."""

    def __init__(self, failure: DriverFailure, report: RehearsalReport) -> None:
        super().__init__(failure.what, failure.stderr)
        self.report = report


class RehearsalInterrupted(KeyboardInterrupt):
    """Somebody interrupted a rehearsal; `report` has what was known by then."""

    exit_code = 130

    def __init__(self, report: RehearsalReport) -> None:
        super().__init__("the rehearsal was interrupted")
        self.report = report
