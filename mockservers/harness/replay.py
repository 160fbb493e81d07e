"""Replay: scenario files against a client, and what became of each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from mockservers.harness import scenario_files, scenarios, stimuli
from mockservers.harness.drivers import DEADLINE, ClientSpec, Driver, DriverFailure, open_driver
from mockservers.harness.duties import Duty, Judgement, judge
from mockservers.harness.duties import of as duties_of
from mockservers.harness.duties.selection import Selection, SwitchedOff, select
from mockservers.harness.history import History
from mockservers.harness.play import Declined
from mockservers.harness.runner import Runner
from mockservers.harness.scenarios import Scenario
from mockservers.registry import did_you_mean

Outcome = Literal["FAILED", "FIXED", "KEPT", "UNPROVEN", "OFF", "MISTAKEN", "STOPPED"]
"""FAILED: a duty is broken. FIXED: the duty the file was found for is kept now. KEPT: as FIXED, in a file that names no
duty. UNPROVEN: that duty was not put to the test, or the client declined the dialect. OFF: that duty is switched off, and
no other is broken. MISTAKEN: the file reads
well, but a step of it cannot be played. STOPPED: the client failed as a program in it, and the files after it were not
played."""


@dataclass(frozen=True)
class ReplayResult:
    """What became of one file. `broken` are the duties that it broke, the one it was found for first; `off` those of its
    vendor that are switched off."""

    file: Path
    scenario: Scenario
    outcome: Outcome
    broken: tuple[tuple[Duty, Judgement], ...] = ()
    history: History | None = None
    reason: str = ""
    printed: str = ""
    """What a client that stopped had printed last."""
    off: tuple[SwitchedOff, ...] = ()

    @property
    def failed(self) -> bool:
        return self.outcome == "FAILED"


class ReplayStopped(DriverFailure):
    """The client failed as a program; `results` are those of the files up to the one it failed in, which is the last."""

    def __init__(self, failure: DriverFailure, results: Sequence[ReplayResult]) -> None:
        super().__init__(failure.what, failure.stderr)
        self.results = tuple(results)


class ReplayInterrupted(KeyboardInterrupt):
    """Somebody interrupted a replay; `results` has all files, those that were not played as UNPROVEN."""

    def __init__(self, results: Sequence[ReplayResult]) -> None:
        super().__init__("the replay was interrupted")
        self.results = tuple(results)


def replay(
    paths: Iterable[str | Path],
    client: str | ClientSpec | Driver,
    *,
    deadline: float = DEADLINE,
    duties: Sequence[Duty] | None = None,
    only: Collection[str] = (),
    without: Mapping[str, str] | Collection[str] = (),
    agreed: Mapping[str, str] | None = None,
) -> list[ReplayResult]:
    """Play every file. All are read before the first is played. `only`, `without` and `agreed` are as for a check.

    Raises ValueError for a duty that there is not and where all are switched off, ScenarioError, WrongClient, ReplayStopped,
    and ReplayInterrupted where a KeyboardInterrupt ends it.
    """
    loaded = [(path, scenario_files.load(path)) for path in map(Path, paths)]
    known = {duty.id: duty for path, scenario in loaded for duty in _known(path, scenario, duties)}
    chosen = select(tuple(known.values()), only, without, agreed) if known else Selection(())
    driver = client if isinstance(client, Driver) else open_driver(client, deadline)
    results: list[ReplayResult] = []
    try:
        with Runner(driver) as runner:
            for path, scenario in loaded:
                mine = chosen.of(_known(path, scenario, duties))
                try:
                    results.append(replace(_one(runner, path, scenario, mine), off=mine.off))
                except DriverFailure as failure:
                    stopped = ReplayResult(path, scenario, "STOPPED", reason=failure.what, printed=failure.stderr)
                    results.append(replace(stopped, off=mine.off))
                    raise ReplayStopped(failure, results) from failure
        return results
    except KeyboardInterrupt as interrupt:
        left = [
            ReplayResult(
                path,
                scenario,
                "UNPROVEN",
                reason="not played, for the replay was interrupted",
                off=chosen.of(_known(path, scenario, duties)).off,
            )
            for path, scenario in loaded[len(results) :]
        ]
        raise ReplayInterrupted([*results, *left]) from interrupt
    finally:
        if driver is not client:
            driver.close()


def _known(path: Path, scenario: Scenario, duties: Sequence[Duty] | None) -> tuple[Duty, ...]:
    """The duties to judge by; raises ScenarioError where the file's own is not among them."""
    known = tuple(duties) if duties is not None else duties_of(scenario.vendor)
    if scenario.duty is not None and scenario.duty not in {duty.id for duty in known}:
        raise scenarios.ScenarioError(
            f"{path}: there is no duty {scenario.duty!r}; there are {', '.join(duty.id for duty in known)}"
            f"{did_you_mean(scenario.duty, [duty.id for duty in known])}"
        )
    return known


def _one(runner: Runner, path: Path, scenario: Scenario, chosen: Selection) -> ReplayResult:
    known, wanted = chosen.duties, scenario.duty
    if not known:
        return ReplayResult(
            path, scenario, "OFF", reason=f"not played, for every duty of {scenario.vendor} is switched off"
        )
    try:
        history = runner.play(scenario)
    except scenarios.ScenarioError as error:
        return ReplayResult(path, scenario, "MISTAKEN", reason=f"{path}: {error}")
    except Declined as declined:
        return ReplayResult(path, scenario, "UNPROVEN", reason=f"the client declined this dialect: {declined}")
    judgements = judge(history, known)
    broken = [(duty, judgements[duty.id]) for duty in known if judgements[duty.id].breaches]
    # Advice that a file was not found for is no reason to fail it.
    broken = [each for each in broken if each[0].severity == "must" or each[0].id == wanted]
    if broken:
        broken.sort(key=lambda each: each[0].id != wanted)
        return ReplayResult(path, scenario, "FAILED", tuple(broken), history)
    off = next((each for each in chosen.off if each.duty.id == wanted), None)
    if off is not None:
        return ReplayResult(path, scenario, "OFF", history=history, reason=off.words)
    if wanted is None:
        return ReplayResult(path, scenario, "KEPT", history=history)
    if judgements[wanted].verdict == "unproven":
        duty = next(duty for duty in known if duty.id == wanted)
        return ReplayResult(path, scenario, "UNPROVEN", history=history, reason=stimuli.of_play(duty, history))
    return ReplayResult(path, scenario, "FIXED", history=history)


def exit_code(results: Iterable[ReplayResult], *, strict: bool = False) -> int:
    """0 all fixed or kept, 1 some failed, 2 some files have mistakes, 3 some unproven when strict, 4 stopped."""
    outcomes = {result.outcome for result in results}
    if "STOPPED" in outcomes:
        return ReplayStopped.exit_code
    return 1 if "FAILED" in outcomes else 2 if "MISTAKEN" in outcomes else 3 if strict and "UNPROVEN" in outcomes else 0
