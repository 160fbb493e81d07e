"""Emulators with one rule switched off or bent: the tests that are marked with the rule must fail.

    python -m tests.mutation.emulators [--vendor NAME] [--rule ID] [--jobs N]

Each `tests/vendors/<vendor>/emulator_mutants.yaml` lists them: the `rule`, the `file` below `mockservers/`, the text
`old` that stands there once, and the text `new` that takes its place. `tests` names test files or functions below
`tests/`; without it those that bear `@pytest.mark.rule(<rule>)` are run.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from mockservers import registry
from mockservers.harness.coverage import emulator_mutants, marked_tests

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
    named: tuple[str, ...] = ()
    """The tests that must notice it, where its entry names them."""

    @property
    def tests(self) -> tuple[str, ...]:
        return self.named or tuple(marked_tests(ROOT / "tests").get(self.rule, ()))

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
    return [
        EmulatorMutant(each["rule"], each["file"], each["old"], each["new"], tuple(each.get("tests") or ()))
        for each in emulator_mutants(vendor)
    ]


WARM = (
    "pytest",
    "hypothesis",
    "lxml.etree",
    "sqlalchemy",
    "aiohttp.web",
    "flask",
    "flask_openapi3",
    "pydantic",
    "yaml",
)
"""What every run needs and no mutant bends: loaded once, in the process that the runs are forked from."""
REWRITTEN = "ignore:Module already imported:pytest.PytestAssertRewriteWarning"
"""pytest would rewrite the assertions of plugins, and comes too late for those that are loaded."""


def run(mutant: EmulatorMutant) -> Outcome:
    """Run the tests of a mutant's rule against it, in a process of its own."""
    return next(iter(run_all([mutant], 1)))


def run_all(mutants: Sequence[EmulatorMutant], jobs: int) -> Iterable[Outcome]:
    """Run the tests of each mutant's rule against it, `jobs` at a time; outcomes come in the order of the mutants."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(list(WARM))
    # A process plays one mutant: what is bent is bent when its module is loaded, and stays so.
    with ProcessPoolExecutor(jobs, processes, max_tasks_per_child=1) as pool:
        yield from pool.map(_play, mutants)


def _play(mutant: EmulatorMutant) -> Outcome:
    import pytest

    began = time.perf_counter()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    os.environ["MOCKSERVERS_BENT"] = json.dumps({"module": mutant.module, "old": mutant.old, "new": mutant.new})
    for name in [name for name in os.environ if name.startswith("PYTEST_")]:
        del os.environ[name]  # of the pytest that runs this, and of its workers
    options = ("-p", "tests.mutation.bent", "-p", "no:cacheprovider", "-q", "-x", "-W", REWRITTEN)
    with tempfile.TemporaryFile() as output:
        for stream in (1, 2):
            os.dup2(output.fileno(), stream)
        code = int(pytest.main([*options, *(f"tests/{test}" for test in mutant.tests)]))
        sys.stdout.flush()
        sys.stderr.flush()
        output.seek(0)
        said = output.read().decode("utf-8", "replace")[-1500:]
    return Outcome(mutant, code, time.perf_counter() - began, said)


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
