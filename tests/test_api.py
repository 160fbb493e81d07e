"""The Python API: what a script, a notebook or a test gets from `import mockservers`."""

from __future__ import annotations

import subprocess
import sys
import unittest
import venv
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

import mockservers

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def server() -> Iterator[mockservers.MockServer]:
    with mockservers.start("get_tickets", dialects={"get_tickets": "json"}) as started:
        yield started


def ask(vendor: mockservers.MockVendor, **variables: str) -> Any:
    query = {**vendor.credentials, "action": "get_tickets", **variables}
    return requests.get(vendor.url, params=query, timeout=20).json()


def test_a_world_is_steered_and_looked_at(server: mockservers.MockServer) -> None:
    with server.world(seed=7, data={"get_tickets": "demo:20"}) as world:
        desk = world["get_tickets"]
        made = desk.act("create", fields={"subject": "C++ 100%25"})
        assert ask(desk, tid=made["id"])["tickets"][0]["subject"] == "C%2b%2b+100%2525"
        assert desk.act("act", id=int(made["id"]), action="close")["fields"]["status"] == "Closed"
        assert len(desk.act("list")["records"]) == 21
        world.fault("cut", after_bytes=40, vendor="get_tickets")
        with pytest.raises(requests.RequestException):
            ask(desk, tid="*")
        ask(desk, tid="9", status_text="x")
        assert [finding.rule for finding in world.findings] == ["get_tickets.variable.unknown"]
        assert [entry.outcome for entry in desk.journal if entry.actor == "client"] == ["ok"] * 3
        desk.switch(error_status="4xx")
        assert requests.get(desk.url, timeout=20).status_code in range(400, 500)
        assert world.clear_faults() == 1


def test_the_clock_speaks_of_datetimes(server: mockservers.MockServer) -> None:
    with server.world(start="2026-03-08T06:59:00Z") as world:
        assert world.clock.now() == datetime(2026, 3, 8, 6, 59, tzinfo=UTC)
        assert world.clock.advance(minutes=5) == world.clock.now() == datetime(2026, 3, 8, 7, 4, tzinfo=UTC)
        world.clock.advance("90s")
        world.clock.advance(timedelta(hours=-1), seconds=0.5)
        assert world.clock.now() == datetime(2026, 3, 8, 6, 5, 30, 500_000, tzinfo=UTC)
        world.clock.set("2030-01-01T00:00:00+01:00")
        assert world.clock.now() == datetime(2029, 12, 31, 23, tzinfo=UTC)
        world.clock.run("scaled", 1000)
        before = world.clock.now()
        while world.clock.now() == before:
            pass


def test_worlds_are_isolated_and_go_with_their_block(server: mockservers.MockServer) -> None:
    with server.world(data="empty") as one, server.world(data="empty") as other:
        assert one.name != other.name
        one["get_tickets"].act("create", fields={"subject": "only here"})
        assert len(ask(one["get_tickets"], tid="*")["tickets"]) == 1
        assert not ask(other["get_tickets"], tid="*").get("tickets")
        one.checkpoint("before")
        one["get_tickets"].act("delete", id="1")
        one.restore("before")
        assert len(ask(one["get_tickets"], tid="*")["tickets"]) == 1
        one.reset()
        assert not ask(one["get_tickets"], tid="*").get("tickets")
        other.delete()
    assert requests.get(one["get_tickets"].url, timeout=20).status_code == 404
    assert requests.get(server.default["get_tickets"].url, timeout=20).status_code == 200


@pytest.mark.parametrize(
    ("vendors", "options", "said"),
    [
        (("autotsk",), {}, "did you mean autotask"),
        ((), {"start": "yesterday"}, "ISO 8601"),
        ((), {"start": datetime(2026, 1, 1)}, "no time zone"),
        ((), {"clock": "slow"}, "not a clock mode"),
        ((), {"data": "demos"}, "has no data recipe 'demos'"),
        ((), {"data": {"nobody": "demo"}}, "'nobody' is not an emulated vendor"),
        ((), {"dialects": {"get_tickets": "wild"}}, "wild"),
        ((), {"rate": 0}, "out of range"),
    ],
)
def test_wrong_arguments_say_what_is_accepted(vendors: tuple[str, ...], options: Any, said: str) -> None:
    if options.get("rate") == 0:
        options = {**options, "clock": "scaled"}
    with pytest.raises(ValueError, match=said):
        mockservers.start(*vendors, **options)


def test_what_is_not_there_is_named(server: mockservers.MockServer) -> None:
    world = server.default
    with pytest.raises(KeyError, match="expected one of: get_tickets"):
        world["autotask"]
    with pytest.raises(ValueError, match="not a fault"):
        world.fault("thunder")
    with pytest.raises(mockservers.Misuse, match="no ticket 999999"):
        world["get_tickets"].act("delete", id=999999)
    with pytest.raises(ValueError, match="cannot be deleted"):
        world.delete()
    with pytest.raises(AttributeError, match="no attribute 'stop'"):
        mockservers.stop  # noqa: B018


def test_every_vendor_answers_without_a_name() -> None:
    with mockservers.start(data="empty") as server:
        assert set(server.vendors) == {"querydata", "get_tickets", "autotask", "trackit", "superoffice"}
        for vendor in server.default.vendors.values():
            assert requests.get(vendor.description or vendor.url, timeout=20).status_code == 200


def test_importing_costs_nothing() -> None:
    code = "import sys, mockservers; assert 'start' in dir(mockservers); print([m for m in sys.modules if 'mockservers' in m])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert told.strip() == "['mockservers']"


def documented(word: str) -> str:
    """The first Python block of docs/python_api.md with a word; test_documentation.py runs them all but suites."""
    parts = (ROOT / "docs" / "python_api.md").read_text("utf-8").split("```python\n")[1:]
    return next(part.split("```")[0] for part in parts if word in part.split("```")[0])


def test_the_documented_suite_runs() -> None:
    names: dict[str, Any] = {"__name__": "documented"}
    exec(compile(documented("SyncTest"), "documented", "exec"), names)
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(names["SyncTest"]).run(result)
    assert result.testsRun == 1
    assert result.wasSuccessful(), result.failures + result.errors


USERS = """
from datetime import datetime

import mockservers
from mockservers.harness import CheckConfig, Duty, History, Judgement, duties_of, judged, run_check


def at_the_desk() -> list[str]:
    with mockservers.start("get_tickets", data={"get_tickets": 20}) as server:
        world: mockservers.MockWorld = server.world(seed=7)
        desk = world["get_tickets"]
        made = desk.act("create", fields={"subject": "x"})
        fault: mockservers.Fault = world.fault("cut", after_bytes=40)
        moment: datetime = world.clock.advance(minutes=5)
        entries: list[mockservers.Entry] = world.journal
        print(desk.url, desk.credentials["key"], made["id"], fault.id, moment.isoformat(), len(entries))
        return [finding.rule for finding in world.findings]


def few(history: History) -> Judgement:
    return judged(len(history.exchanges))


OURS = Duty("get_tickets.few", "Few calls.", (), few, "a sync", severity="should")


def verdict() -> bool:
    report = run_check(CheckConfig("get_tickets", "acme:Client", duties=(*duties_of("get_tickets"), OURS)))
    return not report.broken
"""


@pytest.mark.slow
def test_a_users_file_is_typed_strictly_against_the_wheel(wheel: Path, tmp_path: Path) -> None:
    """Only what stands in the wheel is seen, as in a user's environment."""
    venv.create(tmp_path / "env", with_pip=False)
    python = next((tmp_path / "env").glob("*/python"))
    zipfile.ZipFile(wheel).extractall(next((tmp_path / "env").glob("lib/*/site-packages")))
    (tmp_path / "users.py").write_text(USERS)
    (tmp_path / "documented.py").write_text(documented("mockservers.start("))
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--config-file=",
            "--python-executable",
            str(python),
            "users.py",
            "documented.py",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("Success"), done.stdout + done.stderr
