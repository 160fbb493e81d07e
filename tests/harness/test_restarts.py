"""The step `restart`: a client that keeps its state is ended, and started again on it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from mockservers.harness.clients import reference, reference_file, reference_name, roles
from mockservers.harness.drivers import RESTART, ClientSpec, Driver, Hello, open_driver
from mockservers.harness.drivers.in_process import CallableDriver
from mockservers.harness.duties import of
from mockservers.harness.generation import generate
from mockservers.harness.profile import contracted, profile
from mockservers.harness.replay import replay
from mockservers.harness.reports import replay_text
from mockservers.harness.runner import Runner
from mockservers.harness.scenario_files import parse
from mockservers.harness.scenarios import ClientStep, Scenario
from mockservers.kernel.data import folder

STEPS = """
mockservers: 1
vendor: get_tickets
start: 2026-03-02T10:00:00Z
steps:
  - {other: create, fields: {subject: first}}
  - client: sync
  - client: restart
  - {other: create, fields: {subject: second}}
  - client: sync
"""


class Kept(reference("get_tickets")):  # type: ignore[misc]
    """A reader that writes its tickets into its folder, and reads them when it is started again."""

    def hello(self, **told: Any) -> dict[str, Any]:
        return {**super().hello(**told), "options": [RESTART]}

    def reset(self, options: dict[str, Any], state_dir: str, **told: Any) -> None:
        super().reset(options=options, state_dir=state_dir, **told)
        self.file = Path(state_dir) / "state.json"
        self.log = Path(state_dir) / "log"
        with self.log.open("a") as log:
            log.write(json.dumps([options.get(RESTART), self.file.exists()]) + "\n")

    def sync(self) -> None:
        super().sync()
        self.file.write_text("{}")


def play(driver: Driver, scenario: Scenario) -> list[Any]:
    with Runner(driver) as runner:
        history = runner.play(scenario)
        logs = list(Path(runner._folder.name).glob("*/log"))
        assert history.mirror is not None
        assert len(history.mirror) == 2
        return [json.loads(line) for log in logs for line in log.read_text().splitlines()]


def test_a_client_is_started_again_on_its_state() -> None:
    assert play(CallableDriver.of(Kept), parse(STEPS)) == [[None, False], [True, True]]


def test_a_program_is_ended_and_started_again(tmp_path: Path) -> None:
    file = tmp_path / "client.py"
    file.write_text(
        f"import sys; sys.path[:0] = [{str(Path(__file__).parents[2])!r}, {str(reference_file('get_tickets').parent)!r},"
        f" {str(reference_file('get_tickets').parents[2] / 'clients')!r}]\n"
        "from session import serve\nfrom tests.harness.test_restarts import Kept\nserve(Kept)\n"
    )
    with open_driver(ClientSpec(f"{sys.executable} {file}")) as driver:
        first = driver._process.pid  # type: ignore[attr-defined]
        assert play(driver, parse(STEPS)) == [[None, False], [True, True]]
        assert driver._process.pid != first  # type: ignore[attr-defined]


def test_nobody_is_restarted_who_does_not_say_that_it_keeps_its_state() -> None:
    class Forgetful(Kept):  # type: ignore[misc]
        def hello(self, **told: Any) -> dict[str, Any]:
            return {**super().hello(**told), "options": []}

    assert play(CallableDriver.of(Forgetful), parse(STEPS)) == [[None, False]]


@pytest.mark.parametrize("vendor", ["querydata", "trackit"])
def test_a_check_restarts_those_who_say_so(vendor: str) -> None:
    draws = profile(vendor).strategies().scenarios
    restarted: dict[bool, list[Scenario]] = {True: [], False: []}
    for keeps in restarted:
        strategy = draws("default", Hello(options=(RESTART,) if keeps else ()))
        for seed in range(12):
            generate(strategy, seed, lambda drawn, keeps=keeps: keep(drawn, restarted[keeps]), shrink=False)
    assert restarted[True]
    assert restarted[False] == []
    assert parse(restarted[True][0].to_yaml()) == restarted[True][0]


def keep(drawn: Scenario, found: list[Scenario]) -> None:
    """Note a scenario in which the client is restarted."""
    if any(isinstance(step, ClientStep) and step.task == RESTART for step in drawn.steps):
        found.append(drawn)


def test_others_act_within_a_task_that_the_client_does_not_know() -> None:
    """What they make has the labels that later steps name."""

    class Idle:
        def hello(self) -> dict[str, Any]:
            return {"tasks": ["mirror"]}

        def reset(self, **told: Any) -> None: ...

        def mirror(self) -> list[Any]:
            return []

    steps = STEPS.partition("steps:")[0] + (
        "steps:\n  - {client: sync, meanwhile: {after_request: 1, steps: [{other: create}, {other: create}]}}\n"
        "  - {other: change, ticket: T2, fields: {subject: second}}\n"
    )
    with Runner(CallableDriver.of(Idle)) as runner:
        history = runner.play(parse(steps))
    assert [record.fields["subject"] for record in history.truth.values()][1:] == ["second"]


@pytest.mark.parametrize("vendor", [vendor for vendor in contracted() if "keeper" in roles(vendor)])
def test_what_a_listener_was_told_outlives_it(vendor: str) -> None:
    file = folder("scenarios") / vendor / "ended_between_a_call_and_a_sync.yaml"
    (kept,) = replay([file], reference_name(vendor, "keeper"))
    assert kept.outcome == "KEPT", replay_text([kept])
    assert kept.history is not None
    assert len(kept.history.restarts) == 1
    assert {"calls_taken", "calls_heard"} <= {
        duty.slug for duty in of(vendor) if duty.judge(kept.history).verdict == "kept"
    }
    mutant = Path(__file__).resolve().parents[1] / "vendors" / vendor / "mutants" / "calls_heard-restart.py"
    (lost,) = replay([file], f"{mutant}:Client")
    assert [duty.slug for duty, _ in lost.broken] == ["calls_heard"]
