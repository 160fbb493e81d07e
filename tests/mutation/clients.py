"""Prints what every mutant and every correct client came to: `make mutants`, or `python tests/mutation/clients.py [options]`.

A mutant is judged by the duty it is made for, up to the first example that breaks it, and shrunk; `--whole` judges it by
all duties over all examples, as a user's check does. Correct clients are checked on seeds 1 to `--seeds` in the default
dialect, and on seed 1 in every other one.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from statistics import median
from typing import NamedTuple

from mockservers.harness.check import EXAMPLES, CheckConfig, check
from mockservers.harness.clients import reference_name, roles
from mockservers.harness.duties import of
from mockservers.harness.profile import contracted

FOLDER = Path(__file__).parent.parent / "vendors"
SLOWEST, MOST_STEPS = 60.0, 8


class Mutant(NamedTuple):
    """What became of one mutant."""

    vendor: str
    duty: str
    bug: str
    caught: bool
    others: tuple[str, ...]
    bugs: int
    """How many bugs the report tells of, where all duties are judged: it has one."""
    examples: int
    steps: int
    seconds: float

    @property
    def good(self) -> bool:
        return self.caught and self.seconds <= SLOWEST


class Kept(NamedTuple):
    """What became of one correct client on one seed."""

    vendor: str
    role: str
    seed: int
    dialects: int
    examples: int
    broken: tuple[str, ...]
    unproven: tuple[str, ...]
    seconds: float


def judge_mutant(vendor: str, name: str, examples: int, whole: bool, shrink: bool = True) -> Mutant:
    slug, _, bug = name.partition("-")
    intended = tuple(duty for duty in of(vendor) if duty.slug == slug)
    began = time.perf_counter()
    report = check(
        CheckConfig(
            vendor,
            f"{FOLDER / vendor}/mutants/{name}.py:Client",
            examples=examples,
            save_to=None,
            duties=None if whole else intended,
            fail_fast=not whole,
            shrink=shrink,
        )
    )
    seconds = time.perf_counter() - began
    verdict = next(each for each in report.dialects[0].verdicts if each.duty.slug == slug)
    steps = len(verdict.counterexample.scenario.steps) if verdict.counterexample else 0
    others = tuple(duty.slug for duty in report.broken if duty.slug != slug)
    until = (verdict.first or 0) + 1
    return Mutant(
        vendor, slug, bug or "-", verdict.verdict == "broken", others, len(report.causes), until, steps, seconds
    )


def judge_client(vendor: str, role: str, seed: int, dialect: str, examples: int) -> Kept:
    began = time.perf_counter()
    report = check(
        CheckConfig(vendor, reference_name(vendor, role), dialect=dialect, seed=seed, examples=examples, save_to=None)
    )
    # What cannot be proved in one dialect alone is no lack: the default check is where each duty must be proved.
    unproven = {duty.slug for duty in report.unproven if duty.severity == "must"} if dialect == "default" else set()
    broken = tuple(duty.slug for duty in report.broken)
    count = sum(each.examples for each in report.dialects)
    return Kept(
        vendor, role, seed, len(report.dialects), count, broken, tuple(sorted(unproven)), time.perf_counter() - began
    )


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    texts = [list(heads), *([f"{each}" for each in row] for row in rows)]
    widths = [max(len(row[n]) for row in texts) for n in range(len(heads))]
    for n, row in enumerate(texts):
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
        if n == 0:
            print("  ".join("-" * width for width in widths))
    print()


def show_mutants(found: Sequence[Mutant]) -> None:
    heads = ("vendor", "duty", "bug", "caught", "examples", "steps", "seconds", "told as bugs", "also broken")
    table(
        heads,
        (
            (
                m.vendor,
                m.duty,
                m.bug,
                "yes" if m.caught else "NO",
                m.examples,
                m.steps,
                f"{m.seconds:.1f}",
                m.bugs,
                ", ".join(m.others),
            )
            for m in found
        ),
    )
    for vendor in dict.fromkeys(each.vendor for each in found):
        mine = [each for each in found if each.vendor == vendor]
        print(
            f"{vendor}: {len(mine)} mutants of {len({each.duty for each in mine})} duties, "
            f"{sum(each.caught for each in mine)} caught, after {median(each.examples for each in mine):g} examples (median)"
        )
    caught = [each for each in found if each.caught]
    short = sum(each.steps <= MOST_STEPS for each in caught)
    print(
        f"{len(caught)} of {len(found)} caught with the intended duty named; {short} shrunk to {MOST_STEPS} steps or fewer; "
        f"the slowest took {max(each.seconds for each in found):.1f} s; "
        f"{sum(each.bugs == 1 for each in caught)} told as one bug\n"
    )


def show_clients(found: Sequence[Kept]) -> None:
    heads = ("vendor", "client", "seed", "dialects", "examples", "broken", "must duties unproven", "seconds")
    table(
        heads,
        (
            (
                k.vendor,
                k.role,
                k.seed,
                k.dialects,
                k.examples,
                ", ".join(k.broken) or "none",
                ", ".join(k.unproven) or "none",
                f"{k.seconds:.1f}",
            )
            for k in found
        ),
    )
    kept = sum(not each.broken and not each.unproven for each in found)
    print(f"{kept} of {len(found)} runs of correct clients kept, with no must duty unproven")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument(
        "--vendor", action="append", choices=contracted(), help="one vendor, or more; all when left out"
    )
    parser.add_argument("--seeds", type=int, default=10, help="seeds for correct clients; 0 leaves them out")
    parser.add_argument("--examples", type=int, default=EXAMPLES)
    parser.add_argument("--whole", action="store_true", help="judge mutants by all duties over all examples")
    parser.add_argument("--no-shrink", action="store_true", help="catch mutants without shrinking what caught them")
    parser.add_argument("--no-mutants", action="store_true", help="correct clients alone")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    vendors = asked.vendor or contracted()
    mutants = (
        [(v, file.stem) for v in vendors for file in sorted((FOLDER / v / "mutants").glob("*.py"))]
        if not asked.no_mutants
        else []
    )
    clients = [(v, role) for v in vendors for role in roles(v)]
    runs = [(v, role, seed, "default") for v, role in clients for seed in range(1, asked.seeds + 1)]
    runs += [(v, role, 1, "all") for v, role in clients if asked.seeds]
    with ProcessPoolExecutor(asked.jobs, multiprocessing.get_context("spawn")) as pool:
        caught = [
            pool.submit(judge_mutant, v, name, asked.examples, asked.whole, not asked.no_shrink) for v, name in mutants
        ]
        kept = [pool.submit(judge_client, *run, asked.examples) for run in runs]
        for n, done in enumerate(as_completed([*caught, *kept]), 1):
            print(f"{n} of {len(caught) + len(kept)}: {tuple(done.result())}", file=sys.stderr, flush=True)
        found, right = [each.result() for each in caught], [each.result() for each in kept]
        if found:
            show_mutants(found)
        if right:
            show_clients(right)
    return 0 if all(each.good for each in found) and not any(each.broken or each.unproven for each in right) else 1


if __name__ == "__main__":
    sys.exit(main())
