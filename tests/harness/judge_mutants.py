"""Judges with one seeded bug each, and whether the tests of their edges notice: `python tests/harness/judge_mutants.py`.

A mutant is text: where it stands, what stands there, what shall stand there. It is made in memory and never written: the
judges are loaded anew from the altered source, the tests of one topic are called with them, and the true ones come back.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from importlib.machinery import PathFinder
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.harness.edges import MODULES
from tests.harness.judge_bugs import BUGS, TOPICS, Bug
from tests.mutation.altered import Finder


def source(judge: str) -> str:
    """The true text of a judge's module."""
    spec = PathFinder.find_spec(MODULES[judge], _package_path(MODULES[judge]))
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).read_text("utf-8")


def _package_path(name: str) -> Sequence[str] | None:
    package: Any = import_module(name.rpartition(".")[0])
    path: Sequence[str] | None = package.__path__
    return path


@contextmanager
def seeded(bug: Bug) -> Iterator[None]:
    """While it lasts, whoever asks for a judge gets one of those loaded anew, with the bug in its place."""
    kept = _taken_out()
    finder = Finder(MODULES[bug.judge], bug.old, bug.new)
    sys.meta_path.insert(0, finder)
    try:
        import_module(MODULES[bug.judge])
        yield
    finally:
        sys.meta_path.remove(finder)
        _taken_out()
        for name, module in kept.items():
            sys.modules[name] = module
            package, _, last = name.rpartition(".")
            setattr(sys.modules[package], last, module)


def _taken_out() -> dict[str, ModuleType]:
    """The judges' modules that are loaded; from now on they are not, nor are they members of their packages."""
    found = {name: sys.modules[name] for name in MODULES.values() if name in sys.modules}
    for name in found:
        package, _, last = name.rpartition(".")
        if vars(sys.modules[package]).get(last) is found[name]:
            delattr(sys.modules[package], last)
    for name in found:
        del sys.modules[name]
    return found


def calls(topic: str) -> Iterator[tuple[str, Callable[[], None]]]:
    """Each test of a topic with each of its rows, as a call without arguments; tables first, for they are quick."""
    tests = [(name, test) for name, test in vars(import_module(TOPICS[topic])).items() if name.startswith("test_")]
    for name, test in sorted(tests, key=lambda each: hasattr(each[1], "unshrunk")):
        marks = [mark.args[:2] for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
        for row in product(*(values for _, values in marks)):
            given: dict[str, Any] = {}
            for (names, _), values in zip(marks, row, strict=True):
                if isinstance(names, str):
                    given[names] = values
                else:
                    given.update(zip(names, values, strict=True))
            yield f"{name}{list(given.values()) or ''}", partial(getattr(test, "unshrunk", test), **given)


def noticed(bug: Bug) -> str:
    """The first test that fails when a judge has this bug; empty when none does."""
    with seeded(bug):
        for name, call in calls(bug.topic):
            try:
                call()
            except Exception:
                return name
    return ""


def harmless(bug: Bug) -> Bug:
    """The same place with its true text: a judge that is loaded anew, and as good as before."""
    return bug._replace(new=bug.old)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--judge", help="only bugs of this judge", choices=sorted(MODULES))
    chosen = parser.parse_args().judge
    bugs = [bug for bug in BUGS if chosen in (None, bug.judge)]
    for topic in dict.fromkeys(bug.topic for bug in bugs):
        without = harmless(next(bug for bug in bugs if bug.topic == topic))
        if test := noticed(without):
            print(f"Without any bug {test} of {TOPICS[topic]} fails; mend that first, or every bug seems to be caught.")
            return 1
    missed = 0
    for bug in bugs:
        began = time.perf_counter()
        test = noticed(bug)
        missed += not test
        print(f"{'caught' if test else 'MISSED'}  {time.perf_counter() - began:5.1f} s  {bug.judge}: {bug.new.strip()}")
        print(f"        {test[:130] or f'instead of {bug.old.strip()}'}", flush=True)
    print(f"{len(bugs) - missed} of {len(bugs)} seeded bugs are caught by the tests of the judges' edges.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
