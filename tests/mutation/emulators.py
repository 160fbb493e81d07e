"""Emulators with one rule switched off or bent: the tests that are marked with the rule must fail.

    python tests/mutation/emulators.py [--vendor NAME] [--rule ID] [--jobs N]

Each `tests/vendors/<vendor>/emulator_mutants.yaml` lists them: the `rule`, the `file` below `mockservers/`, the text
`old` that stands there once, and the text `new` that takes its place. `tests` names test files or functions below
`tests/`; without it those that bear `@pytest.mark.rule(<rule>)` are run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mockservers import registry
from mockservers.harness.coverage import marked_tests

ROOT = Path(__file__).resolve().parents[2]
FAILED = 1
"""pytest's exit code when tests ran and some failed; any other code is no proof."""


@dataclass(frozen=True)
class EmulatorMutant:
    """One rule of an emulator, bent."""

    rule: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    @property
    def path(self) -> Path:
        return ROOT / "mockservers" / self.file

    @property
    def module(self) -> str:
        parts = ("mockservers", *Path(self.file).with_suffix("").parts)
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def name(self) -> str:
        return f"{self.rule} ({self.old.strip().splitlines()[0][:50]})"


@dataclass(frozen=True)
class Outcome:
    """What the tests of a rule said of its mutant."""

    mutant: EmulatorMutant
    code: int
    seconds: float
    said: str

    @property
    def killed(self) -> bool:
        return self.code == FAILED


def of(vendor: str) -> list[EmulatorMutant]:
    """The mutants of a vendor's emulator."""
    file = ROOT / "tests" / "vendors" / vendor / "emulator_mutants.yaml"
    listed: list[dict[str, Any]] = yaml.safe_load(file.read_text("utf-8")) or [] if file.is_file() else []
    marked = marked_tests(ROOT / "tests")
    return [
        EmulatorMutant(
            each["rule"],
            each["file"],
            each["old"],
            each["new"],
            tuple(each.get("tests") or marked.get(each["rule"], ())),
        )
        for each in listed
    ]


def run(mutant: EmulatorMutant) -> Outcome:
    """Run the tests of a mutant's rule against it."""
    began = time.perf_counter()
    bent = json.dumps({"module": mutant.module, "old": mutant.old, "new": mutant.new})
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "tests.mutation.bent", "-p", "no:cacheprovider", "-q", "-x"),
            *(f"tests/{test}" for test in mutant.tests),
        ],
        cwd=ROOT,
        env={**os.environ, "MOCKSERVERS_BENT": bent, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    return Outcome(mutant, done.returncode, time.perf_counter() - began, (done.stdout + done.stderr)[-1500:])


def run_all(mutants: Iterable[EmulatorMutant], jobs: int) -> Iterable[Outcome]:
    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(run, mutants)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--vendor", action="append", choices=registry.names())
    parser.add_argument("--rule", action="append", help="only the mutants of this rule; repeatable")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args(arguments)
    chosen = [
        mutant
        for vendor in asked.vendor or registry.names()
        for mutant in of(vendor)
        if not asked.rule or mutant.rule in asked.rule
    ]
    survived = []
    for outcome in run_all(chosen, asked.jobs):
        word = "killed" if outcome.killed else "SURVIVED" if outcome.code == 0 else f"NO PROOF (pytest {outcome.code})"
        print(f"{word:9} {outcome.seconds:6.1f} s  {outcome.mutant.name}", flush=True)
        if not outcome.killed:
            survived.append(outcome)
            print(outcome.said, file=sys.stderr, flush=True)
    always = {
        rule.id
        for vendor in asked.vendor or registry.names()
        for rule in registry.emulator(vendor).rules.values()
        if rule.always
    }
    print(
        f"\n{len(chosen) - len(survived)} of {len(chosen)} emulator mutants killed by their rule's own tests; "
        f"{len(always & {each.rule for each in chosen})} of {len(always)} rules that are always at work have one"
    )
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
