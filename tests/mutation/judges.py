"""Judges with bugs that nobody chose: `python -m tests.mutation.judges [--judge NAME] [--sample N]`, a part of `make mutation`.

Every duty and every comparison is held by tests at its edges, most of which compare it with a naive second one. An engine makes
mutants of the judges' modules, and these tests must notice them. Survivors are sorted in `tests/harness/survivors.yaml`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from types import FrameType

from tests.harness.edges import MODULES
from tests.harness.judge_bugs import BUGS, Bug
from tests.harness.judge_mutants import noticed, source
from tests.mutation import engine
from tests.mutation.engine import Mutation, Sorting, mutations, sortings

SURVIVORS = Path(__file__).resolve().parents[1] / "harness" / "survivors.yaml"
SECONDS = 120
"""After which a judge that has come to no end counts as noticed."""


def topics(judge: str) -> list[str]:
    """The topics whose tests look at a judge."""
    return list(dict.fromkeys(bug.topic for bug in BUGS if bug.judge == judge))


def mutants(judge: str) -> list[Mutation]:
    """Every mutant of a judge's module, but for what people read: the sentences of breaches and the table of duties."""
    found = mutations(judge, source(judge))
    return [each for each in found if not any(word in each.was for word in ("Breach(", "Duty(", 'f"', "__all__"))]


def play(mutant: Mutation) -> str:
    """The first test that notices a mutant; empty when none does."""

    def late(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"it came to no end within {SECONDS} s")

    signal.signal(signal.SIGALRM, late)
    for topic in topics(mutant.source):
        signal.alarm(SECONDS)
        try:
            if test := noticed(Bug(mutant.source, topic, source(mutant.source), mutant.text)):
                return test
        except Exception as error:  # it cannot even be loaded
            return repr(error)
        finally:
            signal.alarm(0)
    return ""


@cache
def survivors() -> tuple[Sorting, ...]:
    """What people said of judges' survivors."""
    return sortings(SURVIVORS)


def sorting(mutant: Mutation) -> Sorting | None:
    return next((each for each in survivors() if each.covers(mutant)), None)


def run_all(chosen: Sequence[Mutation], jobs: int) -> Iterator[tuple[Mutation, str]]:
    """Let the tests look at each mutant, `jobs` at a time, in the order given."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["pytest", "hypothesis", "tests.harness.judge_mutants"])
    with ProcessPoolExecutor(jobs, processes, max_tasks_per_child=20) as pool:
        yield from zip(chosen, pool.map(play, chosen), strict=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    known = sorted({bug.judge for bug in BUGS})
    parser.add_argument("--judge", action="append", choices=known)
    parser.add_argument("--sample", type=int, help="so many mutants of each judge, drawn by --seed; all when left out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args(arguments)
    counts: dict[str, Counter[str]] = {judge: Counter() for judge in asked.judge or known}
    holes: list[Mutation] = []
    for judge in counts:
        made = mutants(judge)
        made = made if asked.sample is None else engine.sample(made, asked.sample, f"{asked.seed} {judge}")
        for mutant, test in run_all(made, asked.jobs):
            said = sorting(mutant)
            counts[judge]["caught" if test else said.verdict if said else "hole"] += 1
            if not test and said is None:
                holes.append(mutant)
        print(f"{judge}: {dict(counts[judge])}", file=sys.stderr, flush=True)
    columns = ("caught", "equivalent", "outside", "hole")
    print(f"| judge | mutants | {' | '.join(columns)} |")
    print("| --- " * (len(columns) + 2) + "|")
    for name, each in (*counts.items(), ("all", sum(counts.values(), Counter()))):
        print(f"| {name} | {each.total()} | {' | '.join(str(each[column]) for column in columns)} |")
    for hole in holes:
        print(f"\n{hole.words}")
    return 1 if holes else 0


if __name__ == "__main__":
    assert all(judge in MODULES for judge in {bug.judge for bug in BUGS})
    sys.exit(main())
