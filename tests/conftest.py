"""What all tests share: the proof that a test marked with rules made the emulator apply them."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from mockservers import registry
from mockservers.kernel.journal import Entry, Journal
from tests import stores

os.environ.setdefault("MOCKSERVERS_JOBS", "1")  # pytest-xdist shares the cores out already
os.environ.setdefault("MOCKSERVERS_LIBRARY", "0")  # the library is replayed by tests of its own

settings.register_profile("mockservers", settings.default, deadline=None)  # no test asserts on time
settings.load_profile("mockservers")

ROOT = Path(__file__).resolve().parent.parent
collect_ignore = ["toy_vendor"]  # a package of its own, whose tests `test_toy_vendor.py` runs


SLOW = frozenset(
    (
        *("test_carriers", "test_check", "test_determinism", "test_library", "test_mutants", "test_other_languages"),
        *(
            "test_reader_packs",
            "test_runner_pool",
            "test_cluster",
            "test_toy_vendor",
            "test_pytest_plugin",
            "test_round",
            "test_drift",
        ),
        *("test_clients", "test_client", "test_fuzz", "test_recording"),
    )
)
"""Test modules that start processes, play many examples or run whole clients; `make quick` leaves them out."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.stem in SLOW:
            item.add_marker(pytest.mark.slow)


def pytest_collection_finish() -> None:
    """What collecting made stays to the end: the garbage collector need not look at it, nor at every few objects of a test."""
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


def _always(rule: str) -> bool:
    vendor = rule.partition(".")[0]
    found = registry.emulator(vendor).rules.get(rule) if vendor in registry.names() else None
    return found is not None and found.always


@pytest.fixture(autouse=True)
def applied_rules(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """The ids of all rules applied in any world of this process while the test ran.

    A test marked `rule("id", ...)` fails when one of its rules is not among them, so the coverage table cannot lie. Rules
    that are always at work are cited nowhere; a bent emulator proves those (`test_emulator_mutants.py`).
    """
    entries: list[Entry] = []
    opened = Journal.open

    def watched(self: Journal, *args: Any) -> Entry:
        entry = opened(self, *args)
        entries.append(entry)
        return entry

    marked = {rule for mark in request.node.iter_markers("rule") for rule in mark.args if not _always(rule)}
    if not marked:
        yield set()
        return
    monkeypatch.setattr(Journal, "open", watched)
    applied: set[str] = set()
    yield applied
    applied |= {rule for entry in entries for rule in entry.rules}
    missing = sorted(marked - applied)
    assert not missing, f"this test is marked with rules that no journal shows as applied: {', '.join(missing)}"


@pytest.fixture(scope="session", autouse=True)
def store_of_worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """MOCKSERVERS_TEST_STORE: `file` or `postgresql` keeps worlds there that would be in memory, whatever test made them."""
    where = os.environ.get("MOCKSERVERS_TEST_STORE", "memory")
    if where == "memory":
        yield
        return
    with stores.kept_in(where, tmp_path_factory.mktemp("stores")):
        yield


@pytest.fixture(scope="session")
def postgresql() -> Iterator[stores.Postgresql]:
    """The PostgreSQL server of this test run, with a database of this worker."""
    with stores.postgresql() as found:
        yield found


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))
