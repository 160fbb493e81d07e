"""`killed_at`: a client that is ended in the middle of a sync, whatever carries it, and goes on from what it had written down."""

from __future__ import annotations

import json
import shlex
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from mockservers.harness.clients import reference, reference_file
from mockservers.harness.drivers import KILL, RESTART, ClientSpec, Driver, Hello, open_driver
from mockservers.harness.drivers.in_process import CallableDriver
from mockservers.harness.generation import generate
from mockservers.harness.history import History
from mockservers.harness.profile import profile
from mockservers.harness.runner import Runner
from mockservers.harness.scenario_files import parse
from mockservers.harness.scenarios import ClientStep, Scenario, ScenarioError

STEPS = """
mockservers: 1
vendor: get_tickets
start: 2026-03-02T10:00:00Z
steps:
  - {other: create, fields: {subject: first}, times: 3}
  - {client: sync, killed_at: AT}
  - {other: create, fields: {subject: second}}
  - client: sync
"""
PATHS = [str(Path(__file__).parents[2]), *(str(reference_file("get_tickets").parents[n]) for n in (0, 2))]
CLIENTS = str(reference_file("get_tickets").parents[2] / "clients")


class Noting(reference("get_tickets")):  # type: ignore[misc]
    """Writes down when a sync begins, how it ends, and when somebody says good-bye."""

    options = (RESTART, KILL)
    log: Path | None = None

    def hello(self, **told: Any) -> dict[str, Any]:
        return {**super().hello(**told), "options": list(self.options)}

    def reset(self, options: dict[str, Any], state_dir: str, **told: Any) -> None:
        super().reset(options=options, state_dir=state_dir, **told)
        self.log = Path(state_dir) / "log"
        self.say(f"reset {options.get(RESTART, False)}")

    def say(self, what: str) -> None:
        if self.log is not None:
            with self.log.open("a") as log:
                log.write(what + "\n")

    def sync(self) -> None:
        self.say("begins")
        try:
            super().sync()
        except Exception:
            self.say("fails")
            raise
        self.say("ends")

    def bye(self) -> None:
        self.say("bye")


def play(driver: Driver, at: int) -> tuple[History, list[str]]:
    with Runner(driver) as runner:
        history = runner.play(parse(STEPS.replace("AT", str(at))))
        (log,) = Path(runner._folder.name).glob("*/log")
        return history, log.read_text().splitlines()


def started(command: str, tmp_path: Path) -> Driver:
    file = tmp_path / "client.py"
    file.write_text(
        f"import sys; sys.path[:0] = {[*PATHS, CLIENTS]!r}\n"
        "from session import serve\nfrom tests.harness.test_power_cuts import Noting\nserve(Noting)\n"
    )
    return open_driver(ClientSpec(f"{sys.executable} {file}"))


def judged(history: History) -> None:
    first, *later = [task for task in history.tasks if task.do == "sync"]
    assert (first.error_kind, first.error) == ("transport", "the power was cut in the middle of it")
    assert not any(task.error_kind for task in later)
    assert history.restarts == (first.last,)
    assert history.mirror is not None
    assert len(history.mirror) == 4


def test_a_program_does_nothing_more(tmp_path: Path) -> None:
    with started("session", tmp_path) as driver:
        history, log = play(driver, 1)
        judged(history)
        assert log[:4] == ["reset False", "begins", "reset True", "begins"]
        assert [exchange.faults for exchange in history.exchanges][:2] == [("lost_answer",), ()]


def test_a_program_that_asks_less_is_ended_after_its_work(tmp_path: Path) -> None:
    with started("session", tmp_path) as driver:
        history, log = play(driver, 50)
        judged(history)
        assert log[:4] == ["reset False", "begins", "ends", "reset True"]


def test_an_object_meets_nobody_any_more_and_what_it_still_writes_is_taken_back() -> None:
    driver = CallableDriver.of(Noting)
    try:
        history, log = play(driver, 1)
        judged(history)
        assert log[:4] == ["reset False", "begins", "reset True", "begins"]
        assert [exchange.faults for exchange in history.exchanges][:2] == [("lost_answer",), ()]
    finally:
        driver.close()


def test_a_job_is_ended(tmp_path: Path) -> None:
    job = tmp_path / "job.py"
    job.write_text(
        "import json, os, sys, urllib.request\n"
        "from pathlib import Path\n"
        "task, folder = os.environ['MOCKSERVERS_TASK'], Path(os.environ['MOCKSERVERS_STATE_DIR'])\n"
        "log = (folder / 'log').open('a')\n"
        "if task == 'hello':\n"
        "    print(json.dumps({'protocol': 1, 'tasks': ['sync', 'mirror'], 'options': ['restart', 'kill']}))\n"
        "elif task == 'mirror':\n"
        "    print('[]')\n"
        "else:\n"
        "    print('begins', file=log, flush=True)\n"
        "    try:\n"
        "        urllib.request.urlopen(os.environ['MOCKSERVERS_ENDPOINT']).read()\n"
        "    finally:\n"
        "        print('ends', file=log, flush=True)\n"
    )
    with open_driver(ClientSpec(client_command=f"{shlex.quote(sys.executable)} {job}")) as driver:
        history, log = play(driver, 1)
    assert log[:3] == ["begins", "begins", "ends"]
    first, second, *_ = [task for task in history.tasks if task.do == "sync"]
    assert (first.error_kind, first.error) == ("transport", "the power was cut in the middle of it")
    assert "power" not in second.error


def test_others_act_before_the_end_and_their_tickets_are_there() -> None:
    scenario = parse(
        STEPS.replace("killed_at: AT", "killed_at: 2, meanwhile: {after_request: 1, steps: [{other: create}]}")
    )
    driver = CallableDriver.of(Noting)
    try:
        with Runner(driver) as runner:
            history = runner.play(scenario)
    finally:
        driver.close()
    assert len(history.truth) == 5
    assert history.mirror is not None
    assert len(history.mirror) == 5


def test_an_object_that_waits_on_is_left_alone_and_what_it_holds_open_is_closed() -> None:
    """It tries again for longer than it has time for; that is no client that hangs."""
    open_: list[str] = []

    class Patient(Noting):
        def reset(self, **told: Any) -> None:
            super().reset(**told)
            open_.append("listener")

        def sync(self) -> None:
            try:
                super().sync()
            except Exception:
                threading.Event().wait(2)
                raise

        def bye(self) -> None:
            open_.pop()
            (Path(self.log or "").parent / "late").write_text("x")

    driver = CallableDriver.of(Patient, 1.0)
    try:
        history, _ = play(driver, 1)
        judged(history)
        assert open_ == ["listener"]
        assert "late" not in history.stored
    finally:
        driver.close()


def test_a_mirror_file_that_is_torn_by_the_cut_is_read_after_the_next_sync(tmp_path: Path) -> None:
    job = tmp_path / "job.py"
    job.write_text(
        "import json, os, urllib.request\n"
        "from pathlib import Path\n"
        "task, file = os.environ['MOCKSERVERS_TASK'], Path(os.environ['MOCKSERVERS_STATE_DIR']) / 'mirror.json'\n"
        "if task == 'hello':\n"
        "    print(json.dumps({'protocol': 1, 'tasks': ['sync'], 'options': ['restart', 'kill']}))\n"
        "elif task == 'sync':\n"
        "    file.write_text('[{')\n"
        "    urllib.request.urlopen(os.environ['MOCKSERVERS_ENDPOINT']).read()\n"
        "    file.write_text('[]')\n"
    )
    command = f"{shlex.quote(sys.executable)} {job}"
    with open_driver(ClientSpec(client_command=command, mirror_file="mirror.json")) as driver, Runner(driver) as runner:
        history = runner.play(parse(STEPS.replace("AT", "1")))
    assert [task.do for task in history.tasks if task.do == "mirror"] == []
    assert history.mirror == {}


def test_who_says_kill_alone_is_not_ended() -> None:
    class Half(Noting):
        options = (KILL,)

    driver = CallableDriver.of(Half)
    try:
        history, _ = play(driver, 1)
    finally:
        driver.close()
    assert history.restarts == ()
    assert not any(task.error_kind for task in history.tasks)


def test_nobody_is_ended_in_the_middle_who_does_not_say_that_it_goes_on() -> None:
    class Careful(Noting):
        options = (RESTART,)

    driver = CallableDriver.of(Careful)
    try:
        history, log = play(driver, 1)
    finally:
        driver.close()
    assert history.restarts == ()
    assert log[:3] == ["reset False", "begins", "ends"]


@pytest.mark.parametrize("vendor", ["autotask", "get_tickets", "querydata", "superoffice", "trackit"])
def test_a_check_cuts_the_power_of_those_who_say_so(vendor: str) -> None:
    draws = profile(vendor).strategies().scenarios
    cut: dict[bool, list[Scenario]] = {True: [], False: []}

    def keep(drawn: Scenario, found: list[Scenario]) -> None:
        if any(isinstance(step, ClientStep) and step.killed_at is not None for step in drawn.steps):
            found.append(drawn)

    for says in cut:
        strategy = draws("default", Hello(options=(RESTART, KILL) if says else (RESTART,)))
        for seed in range(12):
            generate(strategy, seed, lambda drawn, says=says: keep(drawn, cut[says]), shrink=False)
    assert cut[True]
    assert cut[False] == []
    assert parse(cut[True][0].to_yaml()) == cut[True][0]


def test_a_file_that_cuts_the_power_before_any_request_is_refused() -> None:
    with pytest.raises(ScenarioError, match="killed_at"):
        parse(STEPS.replace("AT", "0"))
    with pytest.raises(ScenarioError, match="killed_at"):
        parse(STEPS.replace("client: sync, killed_at: AT", "client: restart, killed_at: 1"))
    assert json.loads(parse(STEPS.replace("AT", "2")).key)["steps"][1] == {"client": "sync", "killed_at": 2}
