"""Examples on a cluster of Dask: a real scheduler with two workers plays as one job does; and what is said when it cannot."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mockservers.campaign.playing import play, played
from mockservers.campaign.results import RunResult
from mockservers.campaign.runs import Run
from mockservers.harness import check as check_module
from mockservers.harness import cluster, runner
from mockservers.harness.check import CheckConfig, check
from mockservers.harness.clients import reference_name
from mockservers.harness.cluster import ClusterExecutor, ClusterFailure, scheduler_of
from mockservers.harness.drivers import ClientSpec, DriverFailure, WrongClient
from mockservers.harness.history import History
from mockservers.harness.reports import check_json
from mockservers.harness.verdicts import Report
from mockservers.harness.worker_processes import failed
from tests.harness.journals import plain
from tests.harness.processes import wait_for_end

if not os.environ.get("CI"):
    pytest.importorskip("distributed", reason="Dask is not installed; the group `dev` has it")
MUTANT = Path(__file__).parent.parent / "vendors/get_tickets/mutants/decoded_once.py"
WATCHED = """
import os
from mockservers.harness.drivers.in_process import load

class Client(load({mutant!r}, "Client")):
    def reset(self, **given):
        with open({pids!r}, "a") as told:
            told.write(f"{{os.getpid()}}\\n")
        super().reset(**given)
"""
KILLS = """
import os, pathlib, signal
from mockservers.harness.clients import reference

class Client(reference("get_tickets")):
    def reset(self, **given):
        try:
            pathlib.Path({marker!r}).touch(exist_ok=False)
        except FileExistsError:
            super().reset(**given)
        else:
            os.kill(os.getppid(), signal.SIGKILL)  # the worker of Dask beside which it runs
            os._exit(0)
"""


class Dask:
    """A scheduler and two workers on loopback."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file = folder, folder / "scheduler.json"
        alone = ["--no-dashboard", "--scheduler-file", str(self.file)]
        self.scheduler = self.program("scheduler", "--host", "127.0.0.1", "--port", "0", *alone)
        self.workers = [self.program("worker", "--no-nanny", "--nthreads", "1", *alone) for _ in range(2)]

    def program(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        with open(self.folder / "log", "ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{name}", *words], cwd=self.folder, stdout=log, stderr=log
            )

    @property
    def address(self) -> str:
        while not self.file.is_file() or not self.file.read_text().strip():
            assert self.scheduler.poll() is None, (self.folder / "log").read_text()
            threading.Event().wait(0.05)
        return json.loads(self.file.read_text())["address"].replace("tcp://", "dask://")

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
        for process in (*self.workers, self.scheduler):
            process.wait()


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    made = Dask(tmp_path_factory.mktemp("dask"))
    try:
        yield made
    finally:
        made.end()


def run(client: str, folder: Path | None = None, **more: Any) -> Report:
    return check(
        CheckConfig("get_tickets", client, **{"seed": 7, "examples": 2, "save_to": folder, "shrink": False, **more})
    )


def told(report: Report) -> str:
    """The whole report, without what differs from run to run: durations, ports, folders."""
    return re.sub(r'"seconds": [\d.e-]+|127\.0\.0\.1:\d+|/tmp/[\w/.-]+', "", check_json(replace(report, seconds=0.0)))


def journal(history: History) -> Any:
    """All that a history tells, without the port, and with answers counted from the beginning of the play."""
    facts = plain({name: value for name, value in vars(history).items() if name not in ("dialect", "output")})
    counted = [each for each in facts["exchanges"] if each["left"]]
    begin = min((each["after"] for each in counted), default=0)
    for each in counted:
        each["after"] -= begin
        each["left"] -= begin
    return re.sub(r"127\.0\.0\.1:\d+", "", json.dumps(facts)), history.dialect.changes()


def test_one_seed_has_one_report_one_journal_and_the_same_files(
    dask: Dask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One job over sockets and by the short way, several jobs, and a cluster; and nothing is left beside its workers."""
    pids = tmp_path / "pids"
    (tmp_path / "watched.py").write_text(WATCHED.format(mutant=str(MUTANT), pids=str(pids)))
    journals: list[Any] = []
    kept = check_module.judge
    monkeypatch.setattr(
        check_module, "judge", lambda history, duties: journals.append(journal(history)) or kept(history, duties)
    )
    found = []
    ways: list[tuple[int, dict[str, Any]]] = [(1, {}), (1_000_000, {}), (1, {"jobs": 2}), (1, {"on": dask.address})]
    for share, more in ways:
        monkeypatch.setattr(runner, "SOCKETS", share)
        folder = tmp_path / str(len(found))
        report = run(f"{tmp_path}/watched.py:Client", folder, **more)
        assert report.broken
        found.append((told(report), list(journals), {path.name: path.read_text() for path in folder.iterdir()}))
        journals.clear()
    assert len(found[0][1]) == 2
    assert found[0][2]
    for each in found[1:]:
        assert each == found[0]
    for process in set(map(int, pids.read_text().split())) - {os.getpid()}:
        wait_for_end(process)


def test_the_examples_of_a_lost_worker_are_played_again(dask: Dask, tmp_path: Path) -> None:
    (tmp_path / "kills.py").write_text(KILLS.format(marker=str(tmp_path / "marker")))
    report = run(f"{tmp_path}/kills.py:Client", on=dask.address, examples=1)
    assert not report.broken
    assert (report.dialects[0].examples, report.dialects[0].plays) == (1, 1)
    assert sum(worker.poll() is not None for worker in dask.workers) == 1


def test_other_code_on_a_worker_is_said(dask: Dask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "fingerprint", lambda vendor: "another")
    with pytest.raises(ClusterFailure, match="other code or data for get_tickets"):
        run(reference_name("get_tickets"), on=dask.address)


def said(result: RunResult) -> str:
    """A result without what differs from run to run: its duration, and the port."""
    return re.sub(r"127\.0\.0\.1:\d+", "", repr(replace(result, seconds=0)))


def test_a_campaign_has_the_results_of_one_machine(dask: Dask, tmp_path: Path) -> None:
    runs = [
        Run(
            "m",
            "get_tickets",
            ClientSpec(f"{MUTANT}:Client"),
            "default",
            1,
            str(tmp_path),
            1,
            shrink=False,
            library=False,
        )
    ]
    there = play("t", runs, tmp_path / "there.jsonl", on=dask.address)
    here = [played(run, run.key) for run in runs]
    assert [said(result) for result in there.results] == [said(result) for result in here]
    assert len((tmp_path / "there.jsonl").read_text().splitlines()) == 1


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (
            WrongClient("there is no file a.py"),
            WrongClient,
            "there is no file a.py; so says a worker of dask://s. The client must lie",
        ),
        (DriverFailure("it died"), DriverFailure, "^it died$"),
        (None, ClusterFailure, "the scheduler dask://s is gone"),
    ],
)
def test_what_a_worker_says_is_passed_on(error: Exception | None, kind: type[Exception], says: str) -> None:
    executor = ClusterExecutor.__new__(ClusterExecutor)
    executor.on = "dask://s"
    inner: Future[bytes] = Future()
    outer: Future[Any] = Future()
    if error is None:
        inner.cancel()
    else:
        inner.set_result(failed(error))
    executor._pass_on(inner, outer)
    with pytest.raises(kind, match=says):
        outer.result(0)


# --- without a cluster ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("dask://scheduler:8786", "tcp://scheduler:8786"),
        ("dask://scheduler", "tcp://scheduler:8786"),
        ("dask://[::1]:99/", "tcp://[::1]:99"),
    ],
)
def test_an_address_is_that_of_a_scheduler(given: str, address: str) -> None:
    assert scheduler_of(given) == address


@pytest.mark.parametrize("given", ["", "tcp://a:1", "dask://", "dask://a:0", "dask://a:99999", "dask://a b", "ray://a"])
def test_another_address_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="must be the address of a Dask scheduler, such as dask://scheduler:8786, got"):
        scheduler_of(given)


def test_a_scheduler_that_does_not_answer_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "SECONDS", 0.3)
    with pytest.raises(
        ClusterFailure, match=r"the scheduler dask://127.0.0.1:9 does not answer .* start it with `dask scheduler`"
    ):
        run(reference_name("get_tickets"), on="dask://127.0.0.1:9")


def test_the_extra_is_named_where_dask_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterFailure, match=r"pip install 'mockservers\[cluster\]'"):
        run(reference_name("get_tickets"), on="dask://127.0.0.1:9")


class Told:
    """What Dask tells of the versions on a cluster."""

    def __init__(self, *versions: str | None) -> None:
        self.versions = versions

    def get_versions(self, packages: list[str]) -> dict[str, Any]:
        workers = {f"tcp://w{n}": {"packages": {"mockservers": each}} for n, each in enumerate(self.versions)}
        return {"client": {"packages": {"mockservers": "1.2"}}, "workers": workers}


@pytest.mark.parametrize(
    ("versions", "says"),
    [
        (
            ("1.2", "1.1"),
            "the worker tcp://w1 of dask://s has mockservers 1.1, and this machine 1.2; .* Install 1.2 there$",
        ),
        ((None, "1.1", "1.2"), "tcp://w0 of dask://s has no mockservers, .* Install 1.2 there, and on 1 more"),
    ],
)
def test_another_version_is_said(versions: tuple[str | None, ...], says: str) -> None:
    cluster._same_version(Told("1.2", "1.2"), "dask://s")
    with pytest.raises(ClusterFailure, match=says):
        cluster._same_version(Told(*versions), "dask://s")


def test_a_hook_is_one_client() -> None:
    with pytest.raises(WrongClient, match=r"--on plays examples at once, .* a hook is one client"):
        run("http://127.0.0.1:9/hook", on="dask://127.0.0.1:9")
