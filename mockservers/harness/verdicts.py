"""The outcome of a check: a verdict for each duty in each dialect, and the proof of each that is broken. Data alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mockservers.harness.drivers import DriverFailure
from mockservers.harness.duties import Breach, Duty, Verdict
from mockservers.harness.history import History
from mockservers.harness.scenarios import Scenario
from mockservers.harness.shards import Shard


@dataclass(frozen=True)
class Counterexample:
    """A broken duty's smallest scenario, what happened in it, and where it was saved."""

    duty: Duty
    scenario: Scenario
    breaches: tuple[Breach, ...]
    history: History
    file: Path | None = None
    unsaved: str = ""
    """Why it could not be saved."""
    also: tuple[Duty, ...] = ()
    """Other duties that the same play breaks."""


@dataclass(frozen=True)
class DutyVerdict:
    """One duty over all examples of a dialect. `broken_in` counts examples, `first` is the first of them, from 0.

    `why` tells for what reason it is switched off, or what it lacks to be put to the test and which option gives it.
    """

    duty: Duty
    verdict: Verdict
    exercised: int
    exercised_in: int
    broken_in: int
    counterexample: Counterexample | None = None
    first: int | None = None
    why: str = ""


@dataclass(frozen=True)
class DialectReport:
    """The verdicts in one dialect. `declined` counts the examples whose `reset` the client refused."""

    dialect: str
    verdicts: tuple[DutyVerdict, ...]
    examples: int
    declined: int
    plays: int
    seconds: float
    out_of_time: bool = False
    complaints: tuple[str, ...] = ()
    """Errors of kind `client`, with which a client says that it failed itself, and what it says about its mirror; before
    them, names in its hello or in its copy that mean nothing."""
    blind: bool = False
    """The client says that it has a mirror and never showed it, so nothing of its copy could be judged."""
    planned: int = 0
    """Examples that were asked for."""
    slow: str = ""
    """Why an example took long, and what would be faster."""
    causes: tuple[tuple[str, ...], ...] = ()
    """The ids of the broken duties, those together that one bug probably breaks."""
    idle: str = ""
    """Why no duty at all could be put to the test."""


@dataclass(frozen=True)
class Stop:
    """Where a check ended too soon: the client failed as a program, and of that dialect there is no verdict, or somebody
    interrupted it, and the last dialect is reported as far as it is known.

    `what` says what happened, `printed` is what the client printed last; `doing` and `scenario` tell what was played then.
    """

    what: str
    printed: str = ""
    dialect: str = ""
    doing: str = ""
    scenario: Scenario | None = None
    interrupted: bool = False

    @property
    def where(self) -> str:
        return f"in {self.doing}, dialect {self.dialect}" if self.doing else "before the first example"


@dataclass(frozen=True)
class Report:
    """The outcome of a check; of one that was stopped, the dialects that were done by then."""

    vendor: str
    client: str
    given: str
    """The options that name the client, for commands that a report suggests."""
    seed: int
    dialects: tuple[DialectReport, ...]
    seconds: float
    stopped: Stop | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)
    """What decides which examples are played: dialect, examples, whether the first failure ends it, what is played first."""
    shard: Shard | None = None
    """Which part of the examples this is; None: all."""

    @property
    def counterexamples(self) -> list[Counterexample]:
        return [
            each.counterexample
            for dialect in self.dialects
            for each in dialect.verdicts
            if each.counterexample is not None
        ]

    @property
    def causes(self) -> list[set[str]]:
        """The ids of the broken duties over all dialects, those together that one bug probably breaks."""
        merged: list[set[str]] = []
        for group in (set(each) for dialect in self.dialects for each in dialect.causes):
            apart = [each for each in merged if not each & group]
            merged = [*apart, group.union(*(each for each in merged if each & group))]
        return merged

    def verdict(self, slug: str) -> Verdict:
        """A duty's verdict over all dialects: broken in one is broken, kept in one is kept, n/a and switched off in all."""
        found = {v.verdict for d in self.dialects for v in d.verdicts if v.duty.slug == slug or v.duty.id == slug}
        worst_first: tuple[Verdict, ...] = ("broken", "kept", "unproven", "n/a", "switched off")
        return next((each for each in worst_first if each in found), "unproven")

    @property
    def broken(self) -> list[Duty]:
        return [duty for duty in self._duties if self.verdict(duty.id) == "broken"]

    @property
    def unproven(self) -> list[Duty]:
        return [duty for duty in self._duties if self.verdict(duty.id) == "unproven"]

    @property
    def inapplicable(self) -> list[Duty]:
        return [duty for duty in self._duties if self.verdict(duty.id) == "n/a"]

    @property
    def switched_off(self) -> list[DutyVerdict]:
        """The duties that judged nothing, with the reasons."""
        return list({v.duty.id: v for d in self.dialects for v in d.verdicts if v.verdict == "switched off"}.values())

    @property
    def _duties(self) -> list[Duty]:
        return list({v.duty.id: v.duty for d in self.dialects for v in d.verdicts}.values())

    @property
    def nothing_proven(self) -> str:
        """Why this check proves nothing, as the end of a sentence; empty where it proves something."""
        if self.broken:
            return ""
        if self.dialects and all(dialect.out_of_time and not dialect.examples for dialect in self.dialects):
            return "no example came to its end in time; the client hangs, or needs more --max-seconds"
        if not any(self.verdict(duty.id) == "kept" for duty in self._duties):
            idle = next((dialect.idle for dialect in self.dialects if dialect.idle), "")
            return "no duty was put to the test" + (f": {idle}" if idle else "")
        if all(dialect.blind for dialect in self.dialects):
            return "the client never showed its mirror"
        return ""

    def assert_kept(self, *, strict: bool = False) -> None:
        """Raise AssertionError with the whole text of the report unless its exit code is 0: for tests.

        That is so where a duty is broken, nothing is proven, or, when `strict`, something is unproven.
        """
        __tracebackhide__ = True  # pytest shows the test, and not this line
        if self.exit_code(strict=strict):
            from mockservers.harness.reports import check_text

            raise AssertionError(f"the client does not keep its contract with {self.vendor}\n{check_text(self)}")

    def exit_code(self, *, strict: bool = False) -> int:
        """0 kept, 1 broken, 3 nothing proven, or something unproven when strict, 4 stopped, 130 interrupted."""
        if self.stopped is not None:
            return CheckInterrupted.exit_code if self.stopped.interrupted else CheckStopped.exit_code
        return 1 if self.broken else 3 if self.nothing_proven or (strict and self.unproven) else 0


class CheckStopped(DriverFailure):
    """The client failed as a program in the midst of a check; `report` tells how far that came."""

    def __init__(self, failure: DriverFailure, report: Report) -> None:
        super().__init__(failure.what, failure.stderr)
        self.report = report


class CheckInterrupted(KeyboardInterrupt):
    """Somebody interrupted a check; `report` has what was known by then."""

    exit_code = 130

    def __init__(self, report: Report) -> None:
        super().__init__("the check was interrupted")
        self.report = report
