"""Campaigns: the file, its runs, results that are kept, and the report of them."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result
from lxml import etree, html

from mockservers.campaign import playing
from mockservers.campaign.model import CampaignError, load, schema_text
from mockservers.campaign.playing import play
from mockservers.campaign.report import (
    CampaignReport,
    campaign_html,
    campaign_json,
    campaign_junit,
    campaign_text,
    check_command,
)
from mockservers.campaign.results import ResultsFile, RunResult
from mockservers.campaign.runs import Run, facts, runs
from mockservers.cli import main
from mockservers.cli.check import check as command
from mockservers.harness.drivers import ClientSpec, DriverFailure
from mockservers.harness.executors import PlaceExecutor
from mockservers.harness.stimuli import different

ROOT = Path(__file__).resolve().parent.parent.parent
MUTANT = f"{ROOT / 'tests/vendors/get_tickets/mutants/decoded_once.py'}:Client"
HEAD = "campaign: 1\nvendors: get_tickets\n"


class Here(PlaceExecutor):
    """Carries out in this process what is submitted."""

    places = 1

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args))
        except Exception as error:
            future.set_exception(error)
        return future


def written(folder: Path, text: str) -> Path:
    path = folder / "campaign.yaml"
    path.write_text(text)
    return path


def expanded(folder: Path, text: str) -> list[Run]:
    return runs(load(written(folder, text)), folder)


# --- the file ---------------------------------------------------------------------------------------------------------


def test_a_campaign_is_clients_by_vendors_by_dialects_by_seeds(tmp_path: Path) -> None:
    text = (
        "campaign: 1\nvendors: [get_tickets, trackit]\nseeds: 1-3\nexamples: 9\nclients:\n- a.py:Client\n"
        "- {name: b, client: node b.js, vendors: trackit, dialects: [default, each], seeds: 7, expect: broken}\n"
    )
    found = expanded(tmp_path, text)
    assert [str(run) for run in found[:6]] == [
        f"a.py:Client against {vendor}, dialect default, seed {seed}"
        for vendor in ("get_tickets", "trackit")
        for seed in (1, 2, 3)
    ]
    rest = found[6:]
    assert [run.dialect for run in rest] == list(dict.fromkeys(["default", *different("trackit")]))
    assert {(run.name, run.seed, run.expect, run.examples) for run in rest} == {("b", 7, "broken", 9)}
    assert found[0].home == str(tmp_path)
    assert rest[0].home == "program"


def test_the_documented_campaign_is_one(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "scale.md").read_text("utf-8").partition("```yaml\ncampaign: 1\n")[2].partition("```")[0]
    found = expanded(tmp_path, f"campaign: 1\n{text}")
    assert {run.name for run in found} == {"nightly", "portal", "forgets pages"}
    assert {run.seed for run in found} == set(range(1, 21))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[1]", "a campaign is a list of keys, the first of which is 'campaign: 1'"),
        ("a: [", "not YAML"),
        ("clients: [x]", "the key 'campaign' is missing; begin the file with 'campaign: 1'"),
        ("campaign: 2\nclients: [x]", "campaign is wrong: input should be 1, got 2"),
        (HEAD + "clients: []", "clients is wrong: tuple should have at least 1 item"),
        (HEAD + "client: [x]", "did you mean"),
        (HEAD + "clients: [{name: x}]", "clients.0 must have either client or client_command"),
        (HEAD + "clients: [{client: x, client_command: y}]", "clients.0 must have either client or client_command"),
        (
            HEAD + "clients: [x.py:C]\nseeds: 5-1",
            "seeds must be a whole number, a list of them, or a span such as 1-20; got '5-1'",
        ),
        (HEAD + "clients: [x.py:C]\nseeds: [true]", "seeds must be a whole number"),
        (HEAD + "clients: [x.py:C]\nseeds: 1-999999999", "seeds must be a whole number"),
        (HEAD + "clients: [x.py:C]\nexamples: 0", "examples is wrong"),
        (HEAD + "clients: [x.py:C]\nmax_seconds: .nan", "max_seconds is wrong"),
        (HEAD + "clients: [x.py:C]\nexpect: good", "expect is wrong"),
        (HEAD + "clients: [x.py:C]\ndialects: [hostil]", "clients.0 (x.py:C): "),
        (HEAD + "clients: [x.py:C]\nonly: [decoded_onc]", "there is no duty 'decoded_onc'"),
        ("campaign: 1\nclients: [x.py:C]", "clients.0 (x.py:C) names no vendors"),
        ("campaign: 1\nclients: [x.py:C]\nvendors: trackt", "'trackt' has no contract"),
        (
            HEAD + "clients: [{client: 'x.py:C', mirror_file: a, mirror_command: b}]",
            "both say where the mirror is found",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(CampaignError) as refused:
        expanded(tmp_path, text)
    assert str(refused.value).startswith(str(tmp_path)) or str(refused.value).startswith("clients.0")
    assert says in str(refused.value)


def test_the_schema_takes_what_the_reader_takes(tmp_path: Path) -> None:
    schema = json.loads(schema_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema).is_valid
    good: dict[str, Any] = {
        "campaign": 1,
        "clients": ["a.py:C", {"client": "b", "seeds": [1, 2], "vendors": "trackit"}],
    }
    assert check(good)
    assert check({**good, "seeds": "1-20", "vendors": ["trackit"], "dialects": "each", "only": "x", "title": "t"})
    assert check({**good, "seeds": 4})
    for wrong in ({"campaign": 2}, {"clients": []}, {"seeds": "x"}, {"examples": 0}, {"expect": "good"}, {"odd": 1}):
        assert not check({**good, **wrong}), wrong
    assert CliRunner().invoke(main, ["campaign", "schema"]).stdout == schema_text()


def test_the_key_of_a_run_hangs_on_all_that_decides_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.py").write_text("class Client: pass")
    run = Run("a", "get_tickets", ClientSpec("a.py:Client"), "default", 1, str(tmp_path))
    assert replace(run, name="b", expect="broken").key == run.key
    others = [replace(run, seed=2), replace(run, examples=9), replace(run, only=("x",)), replace(run, vendor="trackit")]
    assert len({each.key for each in [run, *others]}) == 5
    before = run.key
    (tmp_path / "a.py").write_text("class Client: x = 1")
    assert run.key != before
    monkeypatch.setattr("mockservers.campaign.runs._judges", lambda vendor: "other")
    assert run.key not in (before, replace(run).key[:0])


# --- playing ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """Runs are made up in this process, and listed."""
    listed: list[Run] = []

    def made_up(run: Run, key: str) -> RunResult:
        listed.append(run)
        if run.seed == 13:
            raise DriverFailure("it died", "last words")
        if run.seed == 99:
            raise KeyboardInterrupt
        status: Any = "broken" if run.seed % 2 else "kept"
        return RunResult(key, facts(run), status, status.upper(), ("decoded_once",) if run.seed % 2 else (), examples=3)

    monkeypatch.setattr(playing, "executor", lambda on, places, vendors: Here())
    monkeypatch.setattr(playing, "played", made_up)
    return listed


def many(*seeds: int, **more: Any) -> list[Run]:
    return [Run("a", "get_tickets", ClientSpec("a.py:C"), "default", seed, "/nowhere", **more) for seed in seeds]


def test_a_run_is_checked_alone_as_the_campaign_checks_it() -> None:
    (plain,) = many(3)
    (own,) = many(
        3, only=("decoded_once",), without=("a b",), max_seconds=9.5, deadline=2, fail_fast=True, library=False
    )
    made = [check_command(RunResult("k", facts(each), "kept", "")) for each in (plain, own)]
    assert made[0].endswith("--dialect default --seed 3 --examples 180")
    words = shlex.split(made[1].removeprefix(made[0]))
    assert words == shlex.split(
        "--only decoded_once --without 'a b' --max-seconds 9.5 --deadline 2 --fail-fast --no-library"
    )
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    assert {word for word in words if word.startswith("-")} <= known


def test_what_is_known_is_not_played_again(here: list[Run], tmp_path: Path) -> None:
    kept = tmp_path / "results.jsonl"
    first = play("t", many(2, 4), kept)
    assert (first.exit_code(), first.again, len(here)) == (0, 0, 2)
    wider = play("t", many(2, 3, 4, 6), kept)
    assert ([run.seed for run in here], wider.again) == ([2, 4, 3, 6], 2)
    assert [result.run["seed"] for result in wider.results] == [2, 3, 4, 6]
    assert (wider.exit_code(), [result.run["seed"] for result in wider.wrong]) == (1, [3])
    expected = play("t", many(3, expect="broken"), kept)
    assert (expected.exit_code(), len(here)) == (0, 4)
    assert play("t", many(2), kept, again=True).again == 0
    assert len(kept.read_text().splitlines()) == 5


def test_a_run_whose_client_stopped_is_played_again(here: list[Run], tmp_path: Path) -> None:
    kept = tmp_path / "results.jsonl"
    for n in (1, 2):
        report = play("t", many(13), kept)
        assert (report.exit_code(), report.results[0].says, report.results[0].printed) == (
            4,
            "STOPPED: it died",
            "last words",
        )
        assert len(here) == n


def test_a_dry_run_lists_what_would_be_played(here: list[Run], tmp_path: Path) -> None:
    file = written(tmp_path, f"{HEAD}seeds: [2, 13]\nclients: [{{client: '{MUTANT}'}}]\n")
    assert run("campaign", file, "--jobs", "1").exit_code == 4
    listed = run("campaign", file, "--dry-run").stdout.splitlines()
    assert [line.rpartition(": ")[2] for line in listed[:2]] == ["kept", "to be played"]
    assert listed[2:] == ["2 runs, 1 to be played"]
    run("campaign", file, "--jobs", "1")
    assert [each.seed for each in here] == [2, 13, 13]


def test_a_campaign_that_was_killed_goes_on(here: list[Run], tmp_path: Path) -> None:
    kept = tmp_path / "results.jsonl"
    play("t", many(2, 4), kept)
    whole = kept.read_bytes()
    last = json.loads(whole.splitlines()[-1])["run"]["seed"]
    kept.write_bytes(whole[:-20])  # half a line, as kill -9 leaves one
    report = play("t", many(2, 4), kept)
    assert ([run.seed for run in here], report.again) == ([2, 4, last], 1)
    with ResultsFile(kept) as file:
        assert (len(file.known), file.unread) == (2, 1)


def test_an_interrupted_campaign_tells_what_is_known(
    here: list[Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = play("t", many(2, 4, 99, 6), tmp_path / "results.jsonl")
    assert (report.interrupted, report.exit_code(), report.planned) == (True, 130, 4)
    assert report.says.startswith("INTERRUPTED after ")
    assert "the same command goes on" in report.says
    assert 'errors="1"' in campaign_junit(report)


def test_every_result_is_on_the_disk_before_the_next(
    here: list[Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "results.jsonl"
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda file: synced.append(len(kept.read_text().splitlines())))
    play("t", many(2, 4, 6), kept)
    assert synced == [1, 2, 3]


def test_two_campaigns_do_not_share_a_file(here: list[Run], tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    with ResultsFile(tmp_path / "results.jsonl"), pytest.raises(ValueError, match="another campaign writes to"):
        play("t", many(2), tmp_path / "results.jsonl")


def test_one_client_is_played_alone(here: list[Run], tmp_path: Path) -> None:
    hook = [replace(many(2)[0], client=ClientSpec("http://127.0.0.1:9/hook"))]
    with pytest.raises(
        ValueError, match="a is played with --jobs each against a client of its own, and a hook is one client"
    ):
        play("t", hook, tmp_path / "r", jobs=2)
    assert play("t", hook, tmp_path / "r").exit_code() == 0


# --- a real one, as a user types it -----------------------------------------------------------------------------------


def run(*words: Any) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_a_campaign_is_played_and_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = written(
        tmp_path,
        f"{HEAD}title: Train\nexamples: 2\nlibrary: false\nonly: decoded_once\nshrink: false\nclients:\n"
        f"- {{name: reader, client: '{MUTANT}', only: all_pages}}\n"
        f"- {{name: mutant, client: '{MUTANT}'}}\n- {{name: caught, client: '{MUTANT}', expect: broken}}\n",
    )
    listed = run("campaign", file, "--dry-run")
    assert "mutant against get_tickets, dialect default, seed 1, 2 examples: to be played" in listed.stdout
    assert listed.stdout.endswith("3 runs, 3 to be played\n")
    done = run("campaign", file, "--json", "r.json", "--junit", "r.xml", "--html", "r.html")
    assert done.exit_code == 1, done.output
    raw = json.loads(Path("r.json").read_text())
    assert [(each["status"], each["expected"]) for each in raw["results"]] == [
        ("kept", True),
        ("broken", False),
        ("broken", True),
    ]
    saved = Path(raw["results"][1]["file"])
    assert saved.parent == Path("scenarios-found/mutant")
    assert "BROKEN: mutant against get_tickets, dialect default, seed 1" in done.stdout
    assert f"mockservers replay {saved} --client {MUTANT}" in done.stdout
    assert etree.parse("r.xml").getroot().get("failures") == "1"
    (section,) = html.parse("r.html").getroot().find_class("failure")
    assert "What happened" in section.text_content()
    again = run("campaign", file)
    assert (again.exit_code, "3 runs, 3 of them known from earlier" in again.stdout) == (1, True)
    assert run("campaign", file, "--dry-run").stdout.endswith("3 runs, 0 to be played\n")


# --- the report -------------------------------------------------------------------------------------------------------


def result(seed: int, status: Any, name: str = "a", dialect: str = "default", **more: Any) -> RunResult:
    run = facts(Run(name, "get_tickets", ClientSpec("a.py:C"), dialect, seed, "/", expect=more.pop("expect", "kept")))
    return RunResult(f"{name}{dialect}{seed}", run, status, f"it is {status}", **more)


RESULTS = (
    result(1, "kept"),
    result(2, "kept", unproven=("backs_off",)),
    result(1, "broken", dialect="hostile", broken=("x",)),
    result(2, "kept", dialect="hostile"),
    result(1, "kept", "<b>bug|", expect="broken"),
    result(1, "stopped", "<b>bug|", "hostile", printed="tail\x1b[31m"),
)


def test_the_matrix_tells_each_cell() -> None:
    report = CampaignReport("T", RESULTS, 6)
    text = campaign_text(report)
    assert "kept 2/2, 1 with unproven" in text
    assert "BROKEN 1/2 (seed 1)" in text
    assert "NOT CAUGHT 1/1 (seed 1)" in text
    assert text.endswith("6 runs: 3 not as expected (1 broken, 1 not caught, 1 stopped)")
    narrow = campaign_text(report, width=50)
    assert "  a, get_tickets, hostile: BROKEN 1/2 (seed 1)" in narrow
    assert "\x1b" not in text
    page = campaign_html(report)
    assert "<b>bug" not in page
    assert len(html.fromstring(page).find_class("failure")) == 3
    root = etree.fromstring(campaign_junit(report).encode())
    assert [root.get(each) for each in ("tests", "failures", "errors")] == ["6", "2", "1"]
    cells = {(each["client"], each["dialect"]): each for each in json.loads(campaign_json(report))["matrix"]}
    assert cells["a", "hostile"]["wrong_seeds"] == [1]


@pytest.mark.parametrize(
    ("results", "strict", "code"),
    [
        ([result(1, "kept")], False, 0),
        ([result(1, "kept", unproven=("x",))], False, 0),
        ([result(1, "kept", unproven=("x",))], True, 3),
        ([result(1, "nothing proven")], False, 3),
        ([result(1, "nothing proven"), result(2, "broken")], False, 1),
        ([result(1, "kept", expect="broken")], False, 1),
        ([result(1, "broken"), result(2, "stopped")], False, 4),
    ],
)
def test_the_exit_code_is_that_of_the_worst_run(results: list[RunResult], strict: bool, code: int) -> None:
    assert CampaignReport("T", tuple(results), len(results)).exit_code(strict=strict) == code
