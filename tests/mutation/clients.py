"""Prints what every mutant and every correct client came to: `make mutants`, or `python tests/mutation/clients.py [options]`.

A mutant is judged by the duty it is made for, up to the first example that breaks it, and shrunk; `--whole` judges it by
all duties over all examples, as a user's check does. Correct clients are checked on seeds 1 to `--seeds` in the default
dialect, and on seed 1 in every other one, after the library of known scenarios.

It is a campaign (`mockservers/campaign/`): results are kept, so one that was interrupted goes on where it stopped, and what did
not change since, neither the client's file nor mockservers, is not judged again.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from mockservers.campaign.playing import play
from mockservers.campaign.results import RunResult
from mockservers.campaign.runs import Run
from mockservers.harness.check import EXAMPLES
from mockservers.harness.clients import reference_name, roles
from mockservers.harness.drivers import ClientSpec
from mockservers.harness.profile import contracted

FOLDER = Path(__file__).resolve().parent.parent / "vendors"
RESULTS = FOLDER.parent.parent / ".mutation" / "clients.jsonl"
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


def mutant_run(vendor: str, name: str, examples: int, whole: bool, shrink: bool) -> Run:
    """The run that judges a mutant."""
    return Run(
        name,
        vendor,
        ClientSpec(f"{FOLDER / vendor}/mutants/{name}.py:Client"),
        "default",
        1,
        str(FOLDER),
        examples,
        only=() if whole else (name.partition("-")[0],),
        fail_fast=not whole,
        shrink=shrink,
        library=False,
        expect="broken",
    )


def client_run(vendor: str, role: str, seed: int, dialect: str, examples: int) -> Run:
    """The run that judges a correct client."""
    client = ClientSpec(reference_name(vendor, role))
    return Run(role, vendor, client, dialect, seed, str(FOLDER), examples, library=seed == 1)


def mutant(result: RunResult) -> Mutant:
    """What became of a mutant, of its run."""
    slug, _, bug = result.run["name"].partition("-")
    until, steps = result.proofs.get(slug, (1, 0))
    others = tuple(duty for duty in result.broken if duty != slug)
    caught = slug in result.broken
    return Mutant(result.run["vendor"], slug, bug or "-", caught, others, result.bugs, until, steps, result.seconds)


def kept(result: RunResult) -> Kept:
    """What became of a correct client, of its run."""
    run = result.run
    # What cannot be proved in one dialect alone is no lack: the default check is where each duty must be proved.
    unproven = tuple(sorted(result.unproven)) if run["dialect"] == "default" else ()
    broken = result.broken or (() if result.status in ("kept", "nothing proven") else (result.says,))
    return Kept(
        run["vendor"], run["name"], run["seed"], result.dialects, result.examples, broken, unproven, result.seconds
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
    parser.add_argument(
        "--on", help="a Dask cluster, such as dask://scheduler:8786, that plays instead of this machine"
    )
    parser.add_argument(
        "--results", type=Path, default=RESULTS, help="where results are kept, and found by the next run"
    )
    parser.add_argument("--again", action="store_true", help="judge all anew, whatever is known")
    asked = parser.parse_args()
    vendors = asked.vendor or contracted()
    runs = [
        mutant_run(v, file.stem, asked.examples, asked.whole, not asked.no_shrink)
        for v in ([] if asked.no_mutants else vendors)
        for file in sorted((FOLDER / v / "mutants").glob("*.py"))
    ]
    clients = [(v, role) for v in vendors for role in roles(v)]
    runs += [client_run(*c, seed, "default", asked.examples) for c in clients for seed in range(1, asked.seeds + 1)]
    runs += [client_run(*c, 1, "all", asked.examples) for c in clients if asked.seeds]
    asked.results.parent.mkdir(parents=True, exist_ok=True)
    report = play("mutants", runs, asked.results, again=asked.again, jobs=asked.jobs, on=asked.on, told=told)
    found = [mutant(each) for each in report.results if each.run["expect"] == "broken"]
    right = [kept(each) for each in report.results if each.run["expect"] == "kept"]
    if found:
        show_mutants(found)
    if right:
        show_clients(right)
    if report.interrupted:
        return report.exit_code()
    return 0 if all(each.good for each in found) and not any(each.broken or each.unproven for each in right) else 1


def told(n: int, of: int, words: str) -> None:
    print(f"{n} of {of}: {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
