"""Scenario files: what is read, what is refused and how it is said, and that writing and reading are one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockservers.harness import profile, scenario_files
from mockservers.harness.drivers import Hello
from mockservers.harness.profile import contracted
from mockservers.harness.scenarios import ClientStep, ClockStep, FaultStep, Meanwhile, OtherStep, ScenarioError
from mockservers.kernel import instants
from mockservers.kernel.data import folder
from tests.examples import examples

HEAD = "mockservers: 1\nvendor: querydata\nstart: 2026-03-02T10:00:00Z\n"


def test_every_kind_of_step_is_read() -> None:
    scenario = scenario_files.parse(
        HEAD
        + """
note: all of it
dialect: {time_zone: America/New_York}
steps:
  - {other: create, fields: {Remarks: 2026-03-02}, delay: 90s, times: 2}   # text stays text
  - {other: act, ticket: T2, action: Revise}
  - {other: change, ticket: T3, fields: {Remarks: x}}
  - {clock: 5m}
  - {fault: cut, after_bytes: 10, after: 3, times: 2, operation: query_data}
  - client: sync
    meanwhile: {after_request: 2, steps: [{other: delete, ticket: T1}]}
  - other: revoke
"""
    )
    assert scenario.dialect == {"time_zone": "America/New_York"}
    assert scenario.start == instants.from_iso("2026-03-02T10:00:00Z")
    assert scenario.steps == (
        OtherStep("create", fields={"Remarks": "2026-03-02"}, delay=90 * instants.SECOND, times=2),
        OtherStep("act", "T2", "Revise"),
        OtherStep("change", "T3", fields={"Remarks": "x"}),
        ClockStep(5 * instants.MINUTE),
        FaultStep("cut", 3, 2, "query_data", {"after_bytes": 10}),
        ClientStep("sync", Meanwhile(2, (OtherStep("delete", "T1"),))),
        OtherStep("revoke"),
    )


@pytest.mark.parametrize("vendor", contracted())
def test_what_is_written_reads_back_the_same(vendor: str) -> None:
    strategy = profile.profile(vendor).strategies().scenarios("default", Hello(options=("format", "time_zone")))

    @settings(max_examples=examples(60), database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def both_ways(scenario: Any) -> None:
        assert scenario_files.parse(scenario.to_yaml()) == scenario

    both_ways()


@settings(max_examples=examples(100), database=None, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ScenarioError):
        scenario_files.parse(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "a list of keys"),
        ("vendor: querydata", "begin the file with 'mockservers: 1'"),
        ("mockservers: 2", "only version 1 is known"),
        ("mockservers: true", "only version 1"),
        (HEAD + "steps: []\nstep: 1", "no key 'step'"),
        ("mockservers: 1\nvendor: jira", "write one of"),
        (HEAD + "steps: hello", "steps must be a list"),
        (HEAD + "seed: -1\nsteps: []", "seed must be a whole number from 0 to"),
        (HEAD + "data: nothing\nsteps: []", "no data recipe 'nothing'"),
        (HEAD + "dialect: martian\nsteps: []", "no dialect 'martian'"),
        (HEAD + "dialect: {sun: 1}\nsteps: []", "no switch 'sun'"),
        ("mockservers: 1\nvendor: querydata\nstart: 2026-03-02T10:00:00\nsteps: []", "time with Z or an offset"),
        ("mockservers: 1\nvendor: querydata\nsteps: []", "start must be an ISO 8601 time"),
        (HEAD + "steps: [{client: sync, clock: 5m}]", "exactly one of"),
        (HEAD + "steps: [sync]", "step 1: a step must have exactly one of other, clock, fault, client, such as"),
        (HEAD + "steps: [{clock: soon}]", "step 1: clock must be a length of time"),
        (HEAD + "steps: [{clock: 90000d}]", "from -400d to 400d, such as 90s or 5m, got '90000d'"),
        (HEAD + "steps: [{client: dance}]", "client must be one of 'sync', 'restart', got 'dance'"),
        (HEAD + "steps: [{client: sync, often: 3}]", "no key 'often'"),
        (HEAD + "steps: [{fault: gremlin}]", "fault must be one of 'refuse_connections', 'reset'"),
        (
            HEAD + "steps: [{fault: cut, after_bytes: -1}]",
            "step 1: after_bytes must be a whole number from 0 to 1000000, got -1",
        ),
        (HEAD + "steps: [{fault: cut, seconds: 1}]", "no key 'seconds'"),
        (HEAD + "steps: [{fault: fail, operation: Summary}]", "operation must be left out or one of query_data"),
        (HEAD + "steps: [{fault: reset, operation: query_data}]", "before the operation is known"),
        (HEAD + "steps: [{fault: refuse, refusal: moods}]", "refusal must be '"),
        (HEAD + "steps: [{other: dance}]", "'revoke', 'restore', 'act', got 'dance'"),
        (HEAD + "steps: [{other: create, ticket: T1}]", "no key 'ticket'"),
        (HEAD + "steps: [{other: create, times: 0}]", "times must be a whole number from 1 to 1000, got 0"),
        (HEAD + "steps: [{other: create, delay: 2d}]", "delay must be a length of time from 0ms to 1d"),
        (HEAD + "steps: [{other: create}, {other: act, ticket: T1, action: Dance}]", "action must be one of 'Add Co"),
        (HEAD + "steps: [{other: create}, {other: change, ticket: T1}]", "fields must be the vendor's field names"),
        (HEAD + "steps: [{other: create}, {other: delete, ticket: 508513040}]", "a label such as T1"),
        (HEAD + "steps: [{other: delete, ticket: T1}]", "T1 does not exist yet: so far there is no ticket"),
        (HEAD + "steps: [{other: create}, {other: delete, ticket: T2}]", "so far there is only T1"),
        (HEAD + "steps: [{other: create}, {other: delete, ticket: T1}, {other: delete, ticket: T1}]", "was deleted"),
        (HEAD + "steps: [{client: sync, meanwhile: {after_request: 1, steps: [{clock: 1s}]}}]", "only others act"),
        (
            HEAD + "steps: [{client: sync, meanwhile: {after_request: 0, steps: [{other: create}]}}]",
            "after_request must be",
        ),
        (HEAD + "seed: 1\nseed: 2\nsteps: []", "'seed' is given twice"),
        (HEAD + "note: &a x\nsteps: [*a]", "no aliases"),
        (HEAD + "steps: [", "not YAML"),
        (HEAD + "note: !!python/object/apply:os.getcwd []\nsteps: []", "not YAML"),
        (HEAD + "note: !!bool abc\nsteps: []", "line 4: YAML reads 'abc' as another type; quote it"),
        (HEAD + "note: !!float ''\nsteps: []", "line 4: YAML reads '' as another type"),
        (HEAD + "note: !!timestamp abc\nsteps: []", "line 4: YAML reads 'abc' as another type"),
        (HEAD + "note: !!timestamp 2026-99-99\nsteps: []", "line 4: YAML reads '2026-99-99' as another type"),
        (HEAD + f"seed: {'9' * 5000}\nsteps: []", "line 4: YAML reads '9999"),
        (HEAD + "note: \0", "not YAML: unacceptable character #x0000: special characters are not allowed in"),
        (HEAD + "data: empty:1000001\nsteps: []", "a recipe must make at most 1000000 records, got 1000001"),
        (HEAD + "steps: []\nfound: {duty: 3}", "found must be what a check wrote there: duty"),
        (
            "mockservers: 1\nvendor: get_tickets\nstart: 2026-03-02T10:00:00Z\nsteps:\n- {other: create}\n"
            "- {other: act, ticket: T1, action: merge, into: T9}",
            "T9 does not exist yet",
        ),
        (HEAD + "steps: [{client: sync, meanwhile: later}]", "meanwhile: the keys after_request, steps are expected"),
        (
            HEAD + "steps: [{client: sync, meanwhile: {after_request: 1, steps: [{other: create}, {other: delete}]}}]",
            "step 1, meanwhile step 2: ticket must be a label such as T1, got nothing",
        ),
        (HEAD + f"seed: 0x{'f' * 5000}\nsteps: []", "seed: Exceeds the limit"),
        ("[" * 5000, "deeper"),
    ],
)
def test_what_is_wrong_gets_one_clear_sentence(text: str, says: str) -> None:
    with pytest.raises(ScenarioError) as raised:
        scenario_files.parse(text)
    assert says in str(raised.value)


def test_pydantic_waits_for_the_first_file() -> None:
    """It takes a good part of a second, which plays and servers need not spend."""
    code = "import sys; from mockservers.harness import check, runner, scenario_files; print('pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_the_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ScenarioError, match=r"mine\.yaml is not UTF-8"):
        scenario_files.load(file)
    file.write_text("mockservers: 7")
    with pytest.raises(ScenarioError, match=r"mine\.yaml: this file is of scenario version 7"):
        scenario_files.load(file)


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="needs files that are pipes")
def test_a_file_may_be_a_pipe() -> None:
    reading, writing = os.pipe()
    os.write(writing, (HEAD + "steps: []").encode())
    os.close(writing)
    try:
        assert scenario_files.load(f"/dev/fd/{reading}").vendor == "querydata"
    finally:
        os.close(reading)


@pytest.mark.parametrize("file", sorted(folder("scenarios").rglob("*.yaml")), ids=lambda file: file.stem)
def test_the_library_is_readable(file: Path) -> None:
    scenario = scenario_files.load(file)
    assert scenario.note
    assert file.parent.name == scenario.vendor
