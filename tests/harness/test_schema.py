"""The published schema of scenario files: that it is the one the code makes, and says of files what the reader says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mockservers import registry
from mockservers.harness import profile, scenario_files, scenario_format, scenarios
from mockservers.harness.drivers import RESTART, Hello
from mockservers.harness.profile import contracted
from mockservers.kernel.data import folder
from mockservers.kernel.faults import KINDS
from tests.examples import examples

SCHEMA = json.loads((folder("scenarios") / scenario_format.FILE).read_text("utf-8"))
"""As published; one test makes it, which takes two seconds, and says that it is the same."""
VALIDATOR = Draft202012Validator(SCHEMA)
HEAD: dict[str, Any] = {"mockservers": 1, "vendor": "get_tickets", "start": "2026-03-02T10:00:00Z", "steps": []}
CREATE = {"other": "create"}


def accepts(raw: Any) -> bool:
    return bool(VALIDATOR.is_valid(raw))


def reads(raw: Any) -> bool:
    try:
        scenario_files.from_dict(raw)
    except scenarios.ScenarioError:
        return False
    return True


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_published_file_is_what_the_code_makes() -> None:
    published = (folder("scenarios") / scenario_format.FILE).read_text("utf-8")
    assert published == scenario_format.schema_text(), "run `make table`"


@pytest.mark.parametrize("path", sorted(folder("scenarios").rglob("*.yaml")), ids=lambda path: path.stem)
def test_the_library_keeps_to_it(path: Path) -> None:
    raw = yaml.load(path.read_text("utf-8"), Loader=scenario_files._Loader)
    assert [error.message for error in VALIDATOR.iter_errors(raw)] == []
    assert accepts(scenario_files.load(path).to_dict())


@pytest.mark.parametrize("vendor", contracted())
def test_what_a_check_draws_and_saves_keeps_to_it(vendor: str) -> None:
    options = ("format", "time_zone")
    strategy = profile.profile(vendor).strategies().scenarios("default", Hello(options=options))

    @settings(max_examples=examples(25), database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def drawn(scenario: Any) -> None:
        raw = json.loads(json.dumps(scenario.to_dict()))
        assert [error.message for error in VALIDATOR.iter_errors(raw)] == []

    drawn()


@pytest.mark.parametrize("vendor", contracted())
def test_every_action_task_and_fault_of_a_vendor_is_there(vendor: str) -> None:
    here = profile.profile(vendor)
    steps: list[Any] = [{"other": "create", "times": 3}]
    for action, keys in here.actions.items():
        more = {key: "T2" if key in here.label_keys else {} if key == "fields" else "x" for key in keys}
        steps.append({"other": "act", "ticket": "T1", "action": action, **more})
    for action, keys in here.administration.items():
        more = {key: {"a": 1} if key == "fields" else "x" for key in keys}
        steps.append({"other": "act", "ticket": "customer", "action": action, **more})
    given_: Mapping[str, Any] = {"ticket": "T1", "fields": {"a": 1}, "text": "x", "minutes": 5, "killed_at": 2}
    steps += [{"client": task, **{key: given_[key] for key in scenario_format.TASKS[task]}} for task in here.tasks]
    for kind in registry.emulator(vendor).faults.values():
        defaults = {name: setting.default for name, setting in kind.settings.items()}
        steps.append({"fault": kind.name, "after": 1, "times": 2, **defaults})
    raw = {**HEAD, "vendor": vendor, "steps": steps}
    assert reads(raw)
    assert [error.message for error in VALIDATOR.iter_errors(raw)] == []


@pytest.mark.parametrize("vendor", contracted())
def test_editors_are_offered_the_words_of_the_vendor_with_what_they_mean(vendor: str) -> None:
    here, defined = profile.profile(vendor), SCHEMA["$defs"]

    def kinds(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        schema = defined[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
        return [each for kind in schema["oneOf"] for each in kinds(kind)] if "oneOf" in schema else [schema]

    def offered(key: str) -> set[str]:
        return {step["properties"][key]["const"] for step in steps if key in step["properties"]}

    top = defined[vendor]["properties"]
    steps = kinds(top["steps"]["items"])
    assert offered("client") == {*here.tasks, RESTART}
    assert offered("action") == {*here.actions, *here.administration}
    assert offered("other") == {"create", "act", "change", "delete", "revoke", "restore"}
    assert offered("fault") == set(registry.emulator(vendor).faults)
    for step in steps:
        name, *more = step["properties"].items()
        if name[0] == "fault":
            assert name[1]["description"] == KINDS[name[1]["const"]].says
            assert all(schema["description"] for _, schema in more)
    assert all(top[key]["description"] for key in ("note", "dialect", "seed", "start", "data", "steps", "found"))


@pytest.mark.parametrize(
    "change",
    [
        {"dialect": "delimited"},
        {"dialect": {"time_zone": "America/New_York", "cc_column": "faithful"}},
        {"data": "empty"},
        {"data": "demo:12"},
        {"data": 12},
        {"data": "12"},
        {"seed": 0},
        {"note": 5},
        {"found": {"duty": "get_tickets.all_pages", "witness": ["x"]}},
        {"start": "2026-03-02T10:00:00.5+05:30"},
        {"start": "2026-03-02 10:00Z"},
        {"steps": [{"clock": 90}, {"clock": "1.5h"}, {"clock": "-10m"}, {"clock": "2 d"}]},
        {"steps": [CREATE, {"client": "sync", "meanwhile": {"after_request": 1, "steps": [{"other": "revoke"}]}}]},
        {"steps": [{"client": "sync", "meanwhile": None}, {"other": "restore"}]},
        {"steps": [{"fault": "fail", "operation": None}, {"fault": "fail", "operation": "tickets.get"}]},
        {"steps": [{"fault": "refuse", "refusal": "key"}]},
    ],
)
def test_what_the_reader_takes_it_takes(change: dict[str, Any]) -> None:
    raw = {**HEAD, **change}
    assert reads(raw)
    assert accepts(raw), [error.message for error in VALIDATOR.iter_errors(raw)]


MALFORMED: tuple[Any, ...] = (
    None,
    [],
    "text",
    {},
    {key: value for key, value in HEAD.items() if key != "mockservers"},
    {key: value for key, value in HEAD.items() if key != "start"},
    {key: value for key, value in HEAD.items() if key != "steps"},
    *(
        {**HEAD, **change}
        for change in (
            {"mockservers": 2},
            {"mockservers": True},
            {"mockservers": "1"},
            {"vendor": "jira"},
            {"vendor": None},
            {"step": 1},
            {"dialect": "martian"},
            {"dialect": {"sun": 1}},
            {"dialect": {"cc_column": "sometimes"}},
            {"dialect": 3},
            {"data": "nothing"},
            {"data": "demo:many"},
            {"data": True},
            {"seed": -1},
            {"seed": "one"},
            {"seed": 2**53 + 1},
            {"note": ["x"]},
            {"start": "2026-03-02T10:00:00"},
            {"start": "tomorrow"},
            {"start": 20260302},
            {"found": {"duty": 3}},
            {"found": "found"},
            {"steps": "hello"},
            {"steps": [CREATE] * 2001},
        )
    ),
    *(
        {**HEAD, "steps": [CREATE, step]}
        for step in (
            "sync",
            {},
            {"client": "sync", "clock": "5m"},
            {"clock": "soon"},
            {"clock": None},
            {"clock": "5m", "why": "x"},
            {"client": "dance"},
            {"client": ["sync"]},
            {"client": "sync", "often": 3},
            {"fault": "gremlin"},
            {"fault": ["cut"]},
            {"fault": "cut", "after_bytes": -1},
            {"fault": "cut", "after_bytes": "few"},
            {"fault": "cut", "seconds": 1},
            {"fault": "cut", "after_bytes": 1.5},
            {"fault": "latency", "seconds": 61},
            {"fault": "fail", "operation": "Summary"},
            {"fault": "reset", "operation": "tickets.get"},
            {"fault": "fail", "times": 0},
            {"fault": "fail", "after": -1},
            {"fault": "fail", "after": 10_001},
            {"fault": "refuse", "refusal": "moods"},
            {"fault": "fail", "operation": ["x"]},
            {"other": "dance"},
            {"other": ["create"]},
            {"other": "create", "ticket": "T1"},
            {"other": "create", "times": 0},
            {"other": "create", "times": 1001},
            {"other": "create", "fields": ["x"]},
            {"other": "create", "delay": "late"},
            {"other": "act", "ticket": "T1"},
            {"other": "act", "ticket": "T1", "action": "dance"},
            {"other": "act", "action": "close"},
            {"other": "act", "ticket": "customer", "action": "close"},
            {"other": "act", "ticket": "T1", "action": "close", "into": "T1"},
            {"other": "act", "ticket": "T1", "action": "merge", "into": "x"},
            {"other": "change", "ticket": "T1"},
            {"other": "change", "ticket": "T1", "fields": {}},
            {"other": "delete", "ticket": 508513040},
            {"other": "delete", "ticket": "T0"},
            {"other": "delete"},
            {"other": "revoke", "ticket": "T1"},
            {"client": "sync", "meanwhile": {"after_request": 1, "steps": [{"clock": "1s"}]}},
            {"client": "sync", "meanwhile": {"after_request": 0, "steps": [CREATE]}},
            {"client": "sync", "meanwhile": {"after_request": 1, "steps": []}},
            {"client": "sync", "meanwhile": {"steps": [CREATE]}},
            {"client": "sync", "meanwhile": "later"},
            {"client": "sync", "meanwhile": {"after_request": 1, "steps": [{"other": "delete"}]}},
            {"client": "note", "ticket": "T1", "text": "x"},
            {"other": "act", "ticket": "customer", "action": "rename label"},
        )
    ),
    {**HEAD, "vendor": "querydata", "steps": [CREATE, {"client": "create"}]},
    *(
        {**HEAD, "vendor": "trackit", "steps": [CREATE, step]}
        for step in (
            {"client": "create", "fields": ["x"]},
            {"client": "create", "ticket": "T1"},
            {"client": "close"},
            {"client": "update", "ticket": "T1"},
            {"client": "update", "ticket": "T1", "fields": {}},
            {"client": "note", "ticket": "T1"},
            {"client": "note", "ticket": "T1", "text": " \n"},
            {"client": "note", "ticket": "T1", "text": ["x"]},
            {"client": "note", "ticket": "T1", "text": "x", "minutes": 1441},
            {"client": "note", "ticket": "T1", "text": "x", "minutes": "5"},
            {"client": "note", "text": "x"},
            {"other": "act", "ticket": "customer", "action": "close"},
            {"other": "act", "ticket": "T1", "action": "rename label"},
            {"other": "act", "ticket": "T1", "action": "update", "fields": "x"},
            {"fault": "refuse", "refusal": "key"},
            {"other": "act", "ticket": "customer", "action": "rename label", "by": "x"},
        )
    ),
)


@pytest.mark.parametrize("raw", MALFORMED, ids=lambda raw: json.dumps(raw)[-60:])
def test_what_the_reader_refuses_it_refuses(raw: Any) -> None:
    assert not reads(raw)
    assert not accepts(raw)


WORDS = st.sampled_from(
    [
        "other",
        "create",
        "act",
        "change",
        "delete",
        "revoke",
        "client",
        "sync",
        "fault",
        "cut",
        "refuse",
        "clock",
        "T1",
        "T2",
        "ticket",
        "action",
        "close",
        "merge",
        "into",
        "by",
        "fields",
        "delay",
        "times",
        "after",
        "after_bytes",
        "refusal",
        "key",
        "operation",
        "get_tickets",
        "5m",
        "x",
        "",
        "meanwhile",
        "after_request",
        "steps",
    ]
)
VALUES: Any = st.recursive(
    st.one_of(WORDS, st.none(), st.booleans(), st.integers(-2, 3), st.sampled_from([0.5, "1e3s", "2 d", " 7", "T3"])),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=4,
)
STEPS: list[dict[str, Any]] = [
    CREATE,
    {"clock": "5m"},
    {"fault": "cut", "after_bytes": 3},
    {"fault": "refuse"},
    {"client": "sync"},
    {"other": "act", "ticket": "T1", "action": "merge", "into": "T1"},
    {"other": "change", "ticket": "T1", "fields": {"x": 1}},
    {"client": "note", "ticket": "T1", "text": "x", "minutes": 5},
    {"client": "update", "ticket": "T1", "fields": {"x": 1}},
]


@settings(max_examples=examples(300), database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(["get_tickets", "trackit"]),
    st.sampled_from(STEPS),
    st.dictionaries(WORDS, VALUES, max_size=2),
    st.sampled_from(["", *STEPS[0], "x"]),
)
def test_it_never_refuses_what_the_reader_takes(
    vendor: str, step: Mapping[str, Any], change: Mapping[str, Any], drop: str
) -> None:
    changed = {key: value for key, value in {**step, **change}.items() if key != drop}
    raw = {**HEAD, "vendor": vendor, "steps": [CREATE, changed]}
    if reads(raw):
        assert accepts(raw)
