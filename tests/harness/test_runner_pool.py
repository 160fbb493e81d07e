"""Examples played at once in several processes: the same report, the same errors, nothing left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any

import pytest

from mockservers.harness.check import CheckConfig, check
from mockservers.harness.clients import reference, reference_file, reference_name
from mockservers.harness.drivers import ClientSpec, DriverFailure, WrongClient
from mockservers.harness.drivers.in_process import CallableDriver
from mockservers.harness.executors import LocalExecutor
from mockservers.harness.profile import contracted, profile
from mockservers.harness.reports import check_json
from mockservers.harness.runner import Runner
from mockservers.harness.runner_pool import RunnerPool, fitting_jobs
from mockservers.harness.scenarios import OtherStep, Scenario
from mockservers.harness.verdicts import CheckStopped, Report
from mockservers.kernel import instants
from tests.harness.processes import wait_for_end

MUTANTS = Path(__file__).parent.parent / "vendors"
THREADS = "import threading\nthreading.Thread(target=threading.Event().wait).start()"
DIES = """
import os

class Client:
    def reset(self, **given): pass
    def sync(self): os._exit(7)
    def mirror(self): return []
"""
HANGS = """
import threading

class Client:
    def reset(self, **given): pass
    def sync(self):
        print("about to wait")
        threading.Event().wait()
    def mirror(self): return []
"""


def run(client: Any, jobs: int = 2, **more: Any) -> Report:
    return check(CheckConfig("get_tickets", client, **{"examples": 8, "save_to": None, "jobs": jobs, **more}))


def written(path: Path, text: str) -> str:
    path.write_text(text)
    return f"{path}:Client"


def told(report: Report) -> str:
    """The whole report, without what differs from run to run: durations, ports, folders."""
    return re.sub(r'"seconds": [\d.e-]+|127\.0\.0\.1:\d+|/tmp/[\w/.-]+', "", check_json(replace(report, seconds=0.0)))


@pytest.mark.parametrize(("slug", "shrink"), [("decoded_once", True), ("secret_kept", False)])
def test_the_report_is_that_of_one_job(slug: str, shrink: bool) -> None:
    mutant = f"{MUTANTS / 'get_tickets/mutants' / slug}.py:Client"
    one, two = (run(mutant, jobs, examples=2, shrink=shrink) for jobs in (1, 2))
    assert one.broken
    assert told(one) == told(two)


@pytest.mark.parametrize(
    ("client", "examples", "jobs"),
    [
        (ClientSpec("client.py:Client"), 180, 4),
        (ClientSpec("node client.js"), 60, 3),
        (ClientSpec("node client.js"), 5, 1),
        (ClientSpec("http://127.0.0.1:9000/hook"), 180, 1),
        (ClientSpec("client.py:Client", mirror_file="copy.json"), 180, 1),
    ],
)
def test_jobs_fit_the_cores_and_the_client(
    client: ClientSpec, examples: int, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(4)), raising=False)
    assert fitting_jobs(client, examples) == jobs


def test_every_dialect_is_that_of_one_job() -> None:
    one, two = (run(reference_name("get_tickets"), jobs, examples=1, dialect="all") for jobs in (1, 2))
    assert len(one.dialects) > 2
    assert told(one) == told(two)


def test_fail_fast_stops_at_the_same_example() -> None:
    mutant = f"{MUTANTS / 'get_tickets/mutants' / 'decoded_once.py'}:Client"
    one, two = (run(mutant, jobs, examples=12, fail_fast=True, shrink=False) for jobs in (1, 2))
    assert told(one) == told(two)
    assert one.dialects[0].examples < 12


def simplest(vendor: str) -> Scenario:
    return Scenario(vendor, (), 1_700_000_000_000_000)


@pytest.mark.parametrize("vendor", contracted())
def test_a_history_arrives_as_it_was(vendor: str) -> None:
    client = reference_name(vendor)
    names = profile(vendor).varying("default", ())
    scenario = replace(simplest(vendor), dialect={name: values[-1] for name, values in names.items()})
    with CallableDriver.of(reference(vendor)) as driver, Runner(driver) as runner:
        here = runner.play(scenario)
    with RunnerPool(ClientSpec(client), 30.0, LocalExecutor(1)) as runners:
        there = runners.play(scenario)
    assert there.dialect == here.dialect
    assert (there.changes, there.truth, there.mirror, there.options["since"]) == (
        here.changes,
        here.truth,
        here.mirror,
        here.options["since"],
    )
    assert [each.target for each in there.exchanges] == [each.target for each in here.exchanges]


def test_a_program_of_its_own_for_each_job(tmp_path: Path) -> None:
    """A session client: as many programs as jobs, and none of them is left when the check is done."""
    pids = tmp_path / "pids"
    client = tmp_path / "client.py"
    client.write_text(
        f"import os, runpy\nopen({str(pids)!r}, 'a').write(f'{{os.getpid()}}\\n')\n"
        f"runpy.run_path({str(reference_file('get_tickets'))!r}, run_name='__main__')\n"
    )
    report = run(f"{sys.executable} {client}", examples=8)
    assert not report.broken
    numbers = [int(each) for each in pids.read_text().split()]
    assert 1 <= len(numbers) <= 2
    for number in numbers:
        wait_for_end(number)


def test_a_client_that_ends_its_process_stops_the_check(tmp_path: Path) -> None:
    with pytest.raises(CheckStopped, match="ended with exit code 7; the client ended it"):
        run(written(tmp_path / "dies.py", DIES))


PASSING = """
import os
from mockservers.harness.clients import reference

class Client(reference("get_tickets")):
    def reset(self, **given):
        if given["options"]["since"].endswith("10:00:07Z"): os._exit(7)
        super().reset(**given)
"""


def test_who_ended_a_process_is_known_and_the_others_are_played(tmp_path: Path) -> None:
    """An example that was begun too soon, and is not asked for, changes nothing."""
    client = ClientSpec(written(tmp_path / "passing.py", PASSING))
    scenarios = [replace(simplest("get_tickets"), start=instants.from_iso(f"2026-03-02T10:00:0{n}Z")) for n in range(9)]
    with RunnerPool(client, 30.0, LocalExecutor(2)) as runners:
        for scenario in reversed(scenarios):
            runners.begin(scenario)
        for n, scenario in enumerate(scenarios):
            if n != 7:
                assert runners.play(scenario).start == scenario.start
        with pytest.raises(DriverFailure, match="exit code 7"):
            runners.play(scenarios[7])


ODD = """
import enum
from mockservers.harness.clients import reference

class State(str, enum.Enum):
    OPEN = "open"

class Own:
    def __repr__(self): return "<own>"

class Client(reference("get_tickets")):
    def sync(self):
        super().sync()
        return self.Tally(3)

    class Tally(int): pass

    def mirror(self):
        seen = super().mirror()
        for each in seen["records"] if isinstance(seen, dict) else seen:
            each["fields"] = {**each["fields"], "subject": Own(), "state": State.OPEN, "made": lambda: 1}
        return seen
"""


def test_values_of_the_clients_own_classes_are_judged_alike(tmp_path: Path) -> None:
    odd = written(tmp_path / "odd.py", ODD)
    one, two = (run(odd, jobs, examples=3, shrink=False) for jobs in (1, 2))
    assert re.sub("0x[0-9a-f]+", "", told(one)) == re.sub("0x[0-9a-f]+", "", told(two))
    assert one.broken
    assert "<own>" in told(one)


def test_what_is_equal_and_yet_not_the_same_is_played_apart() -> None:
    works = [
        replace(simplest("get_tickets"), steps=(OtherStep("create", fields={"subject": each}),)) for each in (1, True)
    ]
    assert works[0] == works[1]
    with RunnerPool(ClientSpec(reference_name("get_tickets")), 30.0, LocalExecutor(1)) as runners:
        for each in works:
            runners.begin(each)
        assert len(runners._begun) == 2


def test_a_script_needs_no_guard(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from mockservers.harness import CheckConfig, run_check\n"
        "print('once')\n"
        f"run_check(CheckConfig('get_tickets', {reference_name('get_tickets')!r}, examples=2, save_to=None, jobs=2))\n"
    )
    ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "once\n", "")


def test_what_a_client_does_at_the_end_of_its_process_is_done(tmp_path: Path) -> None:
    ended = tmp_path / "ended"
    text = f"import atexit, pathlib\natexit.register(pathlib.Path({str(ended)!r}).touch)\n" + ODD
    run(written(tmp_path / "ends.py", text), examples=1)
    assert ended.exists()


def test_a_client_whose_threads_never_end_holds_nobody_up(tmp_path: Path) -> None:
    client = written(tmp_path / "threads.py", HANGS.replace("import threading", THREADS))
    with pytest.raises(CheckStopped, match="within 1 s"):
        run(client, deadline=1.0)


WAITS = """
import json, os, pathlib, sys, time
if os.environ["MOCKSERVERS_TASK"] == "hello":
    print(json.dumps({"tasks": ["sync", "mirror"]}))
else:
    pathlib.Path(sys.argv[1], str(os.getpid())).touch()
    time.sleep(600)
"""


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="signals as Unix has them")
@pytest.mark.parametrize(
    ("name", "send"), [("SIGINT", "killpg"), ("SIGTERM", "killpg"), ("SIGHUP", "killpg"), ("SIGKILL", "kill")]
)
def test_whatever_ends_a_check_nothing_of_it_is_left(name: str, send: str, tmp_path: Path) -> None:
    """Jobs that run under the processes of a check, and its folders, when the check alone or its whole group is ended."""
    (tmp_path / "waits.py").write_text(WAITS)
    told, folders = tmp_path / "told", tmp_path / "folders"
    told.mkdir()
    folders.mkdir()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "mockservers",
            "check",
            "get_tickets",
            "--jobs",
            "2",
            "--client-command",
            f"{sys.executable} {tmp_path / 'waits.py'} {told}",
        ],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "TMPDIR": str(folders)},
        preexec_fn=lambda: signal.signal(getattr(signal, name), signal.SIG_DFL) if name != "SIGKILL" else None,
    )
    with process:
        while len(list(told.iterdir())) < 2 and process.poll() is None:
            threading.Event().wait(0.01)
        getattr(os, send)(process.pid, getattr(signal, name))
        out, err = process.communicate()  # until the processes of the stages have closed it, too
    # Who is asked to end tells what is known by then; who is killed says nothing.
    assert ("INTERRUPTED in example 1 of 180, dialect default" in out, out == "") == (
        name != "SIGKILL",
        name == "SIGKILL",
    )
    assert "Traceback" not in err
    for child in told.iterdir():
        wait_for_end(int(child.name))
    assert not list(folders.iterdir())


def test_a_client_that_hangs_is_told_with_what_it_printed(tmp_path: Path) -> None:
    with pytest.raises(CheckStopped, match="has not answered 'sync' within 1 s") as stopped:
        run(written(tmp_path / "hangs.py", HANGS), deadline=1.0)
    assert "about to wait" in stopped.value.stderr


def test_a_client_that_is_not_there_is_told_as_ever(tmp_path: Path) -> None:
    with pytest.raises(WrongClient, match="there is no file"):
        run(f"{tmp_path}/nobody.py:Client")


@pytest.mark.parametrize(
    ("client", "says"),
    [
        (ClientSpec("http://127.0.0.1:9/hook"), "a hook is one client"),
        (ClientSpec("node client.js", mirror_file="mirror.json"), "one file that all of them would write"),
    ],
)
def test_what_there_is_only_one_of_is_refused(client: ClientSpec, says: str) -> None:
    with pytest.raises(WrongClient, match=says):
        run(client)


def test_a_driver_at_hand_is_one_client() -> None:
    with CallableDriver.of(reference("get_tickets")) as driver, pytest.raises(ValueError, match="by name or spec"):
        run(driver)


def test_there_is_no_check_without_jobs() -> None:
    with pytest.raises(ValueError, match="--jobs must be a number from 1 up, got 0"):
        run(reference_name("get_tickets"), 0)


def test_the_command_line_takes_jobs() -> None:
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "mockservers",
            "check",
            "get_tickets",
            "--client",
            reference_name("get_tickets"),
            "--examples",
            "4",
            "--jobs",
            "2",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "kept" in ran.stdout
    assert all(re.match(r" +\d+ s  ", line) for line in ran.stderr.splitlines()), (
        ran.stderr
    )  # progress, and nothing else


class _Far(tzinfo):
    """A zone of somebody's library."""

    def utcoffset(self, when: datetime | None) -> timedelta:
        return timedelta(hours=2)


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        (datetime(2026, 3, 2, 10, tzinfo=_Far()), datetime(2026, 3, 2, 10, tzinfo=timezone(timedelta(hours=2)))),
        ({"b", "a"}, ["a", "b"]),
        (("a", ["b"]), ["a", ["b"]]),
        (Path("a/b"), "a/b"),
        (True, True),
    ],
)
def test_what_a_class_answers_is_plain(given: Any, plain: Any) -> None:
    class Client:
        def sync(self) -> Any:
            return given

    with CallableDriver.of(Client) as driver:
        found = driver.tell("sync", {}).ok
    assert (type(found), found) == (type(plain), plain)
    assert type(getattr(found, "tzinfo", None)) is type(getattr(plain, "tzinfo", None))
