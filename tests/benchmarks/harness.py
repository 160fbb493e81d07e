"""The figures of the harness; `run.py` prints them with the others.

Examples are those that a check draws, cut to their first ten steps, played against the reference clients in this
process, and judged. The month is one scenario: a reader of QueryData polls every five minutes.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace

from mockservers.harness.check import CheckConfig, check
from mockservers.harness.clients import reference, reference_name
from mockservers.harness.drivers.in_process import CallableDriver
from mockservers.harness.duties import judge, of
from mockservers.harness.profile import contracted, profile
from mockservers.harness.runner import Runner
from mockservers.harness.scenarios import ClientStep, ClockStep, OtherStep, Scenario, Step
from mockservers.kernel import instants

Row = tuple[str, str, str]
STEPS = 10
WARMING = 10
"""Examples that are played and not counted."""
JOBS = 2


def used() -> float:
    """Seconds of processor time by now: on a machine that others use too, this is what a change of ours can move."""
    times = os.times()
    return times.user + times.system


def examples(vendor: str, count: int, jobs: int = 1) -> tuple[float, float]:
    """Examples a second: by the clock on the wall, and by the processor (of this process).

    The first ones are not counted: in them processes start, and modules are loaded.
    """

    def strategy(dialect: str, hello: object) -> object:
        drawn = profile(vendor).strategies().scenarios(dialect, hello)
        return drawn.map(lambda each: replace(each, steps=each.steps[:STEPS])).filter(
            lambda each: len(each.steps) in (0, STEPS)  # the simplest example has none, and is not played
        )

    marks: list[tuple[float, float]] = []
    config = CheckConfig(
        vendor,
        reference_name(vendor),
        examples=WARMING + count,
        save_to=None,
        strategy=strategy,  # type: ignore[arg-type]
        jobs=jobs,
        progress=lambda done, total, doing: marks.append((time.perf_counter(), used())),
    )
    report = check(config)
    assert not report.broken, report.broken
    (began, before), (ended, after) = marks[WARMING], marks[WARMING + count]  # told before each, and at the end
    return count / (ended - began), count / (after - before)


def month(days: int) -> tuple[float, int]:
    """Seconds that so many days take, with somebody acting every half an hour; and the requests they made."""
    steps: list[Step] = []
    for turn in range(days * 288):
        if turn % 96 == 0:
            steps.append(OtherStep("create"))
        elif turn % 6 == 0:
            steps.append(OtherStep("act", f"T{turn // 96 + 1}", "Add Notes"))
        steps += [ClockStep(5 * instants.MINUTE), ClientStep("sync")]
    scenario = Scenario("querydata", tuple(steps), instants.from_iso("2026-03-02T10:00:00Z"))
    with CallableDriver.of(reference("querydata")) as driver, Runner(driver) as runner:
        began = time.perf_counter()
        history = runner.play(scenario)
        judged = judge(history, of("querydata"))
        taken = time.perf_counter() - began
    assert not any(each.breaches for each in judged.values())
    return taken, len(history.exchanges)


def figures(quick: bool) -> list[Row]:
    """All figures of the harness."""
    found = []
    for vendor in contracted():
        count = 40 if quick else 200
        name = f"harness: examples of {STEPS} steps a second, {vendor}"
        wall, processor = examples(vendor, count)
        found.append((f"{name}, one job", "25", f"{wall:.0f} ({processor:.0f} by processor)"))
        wall, _ = examples(vendor, count, JOBS)
        found.append((f"{name}, {JOBS} jobs", "25", f"{wall:.0f} on {os.cpu_count()} cores"))
    days = 3 if quick else 30
    seconds, requests = month(days)
    name = f"harness: {days} days of five-minute polling, QueryData"
    found.append((name, "60 s", f"{seconds:.1f} s ({requests:,} requests)"))
    return found


if __name__ == "__main__":
    from run import report

    report(figures("--quick" in sys.argv))
