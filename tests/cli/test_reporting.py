"""`check` and `replay` with reports in files, and `scenarios schema`, as a user types them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from lxml import etree, html

from mockservers.cli import main
from mockservers.harness.profile import contracted
from mockservers.harness.scenario_format import scenario_schema

ROOT = Path(__file__).resolve().parent.parent.parent
READER = str(ROOT / "contracts/get_tickets/clients/get_tickets_reader.py") + ":Client"
MUTANT = str(ROOT / "tests/vendors/get_tickets/mutants/decoded_once.py") + ":Client"
SCENARIO = str(ROOT / "scenarios/get_tickets/the_second_cid.yaml")


def run(*words: Any) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_a_check_and_a_replay_write_all_reports(tmp_path: Path) -> None:
    files = {name: tmp_path / f"report.{name}" for name in ("json", "junit", "html")}
    options = [word for name, file in files.items() for word in (f"--{name}", file)]
    saved = tmp_path / "saved"
    done = run("check", "get_tickets", "--client", MUTANT, "--examples", "6", "--save", saved, *options)
    assert done.exit_code == 1, done.output
    assert "BROKEN get_tickets.decoded_once" in done.stdout
    raw = json.loads(files["json"].read_text())
    assert (raw["format"], raw["exit_code"]) == ("mockservers-check", 1)
    (suite,) = etree.parse(files["junit"]).getroot()
    assert len(suite.findall("testcase")) == len(raw["duties"])
    assert suite.get("failures") == "1"
    assert html.parse(files["html"]).getroot().find_class("timeline")
    (scenario,) = saved.glob("*.yaml")
    counterexample = next(each["counterexample"] for each in raw["dialects"][0]["verdicts"] if each["counterexample"])
    assert counterexample["file"] == str(scenario)

    done = run("replay", scenario, SCENARIO, "--client", MUTANT, *options)  # writes over them
    assert done.exit_code == 1, done.output
    raw = json.loads(files["json"].read_text())
    assert [result["outcome"] for result in raw["results"]] == ["FAILED", "KEPT"]
    (suite,) = etree.parse(files["junit"]).getroot()
    assert [len(case) for case in suite.findall("testcase")] == [1, 0]
    assert len(html.parse(files["html"]).getroot().find_class("failure")) == 1


def test_a_report_on_stdout_has_it_for_itself() -> None:
    done = run("replay", SCENARIO, "--client", READER, "--json", "-")
    assert json.loads(done.stdout)["results"][0]["outcome"] == "KEPT"
    assert "KEPT" in done.stderr
    done = run("replay", SCENARIO, "--client", READER)
    assert ("KEPT" in done.stdout, done.stderr) == (True, "")


def test_a_file_that_cannot_be_written_is_said_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def work(*_: Any, **__: Any) -> None:
        raise AssertionError("the client was driven")

    monkeypatch.setattr("mockservers.harness.check.check", work)
    monkeypatch.setattr("mockservers.harness.replay.replay", work)
    (tmp_path / "file").write_text("mine")
    for command in (("check", "get_tickets"), ("replay", SCENARIO)):
        for option in ("--json", "--junit", "--html"):
            for wrong, why in ((tmp_path / "no" / "x", "No such file"), (tmp_path / "file" / "x", "Not a directory")):
                done = run(*command, "--client", READER, option, wrong)
                assert (done.exit_code, done.stdout) == (2, "")
                assert f"{option} cannot write {wrong}: {why}" in done.stderr
        done = run(*command, "--client", READER, "--json", tmp_path)
        assert (done.exit_code, "is a directory" in done.stderr) == (2, True)
        for place in (tmp_path / "file", "-"):
            done = run(*command, "--client", READER, "--json", place, "--html", place)
            assert (done.exit_code, "--json and --html both write to" in done.stderr) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a file that is always full")
def test_a_report_that_finds_no_room_is_named_and_costs_no_other(tmp_path: Path) -> None:
    done = run("replay", SCENARIO, "--client", READER, "--json", "/dev/full", "--html", tmp_path / "report.html")
    assert (done.exit_code, "KEPT" in done.stdout) == (2, True)
    assert "--json could not write /dev/full: No space left on device; the verdict stands" in done.stderr
    assert (tmp_path / "report.html").stat().st_size > 1000


def test_a_command_that_fails_leaves_the_old_report(tmp_path: Path) -> None:
    file = tmp_path / "old.json"
    file.write_text("old")
    done = run("check", "get_tickets", "--client", "nowhere.py:Client", "--json", file)
    assert done.exit_code == 2
    assert file.read_text() == "old"


def test_the_schema_is_printed() -> None:
    done = run("scenarios", "schema")
    assert (done.exit_code, json.loads(done.stdout)) == (0, scenario_schema())


def test_the_library_is_listed_and_printed(tmp_path: Path) -> None:
    listed = run("scenarios", "list", "get_tickets")
    names = [line.strip() for line in listed.stdout.splitlines() if line.startswith("  get_tickets/")]
    files = {f"get_tickets/{path.stem}": path for path in (ROOT / "scenarios/get_tickets").glob("*.yaml")}
    assert (listed.exit_code, names) == (0, sorted(files))
    for name in (names[0], names[0].partition("/")[2], f"{names[0]}.yaml"):
        assert run("scenarios", "show", name).stdout == files[names[0]].read_text("utf-8")
    everything = run("scenarios", "list").stdout
    assert all(f"  {vendor}/" in everything for vendor in contracted())


def test_a_scenario_that_the_library_has_not_is_told_with_the_nearest() -> None:
    done = run("scenarios", "show", "get_tickets/the_secnd_cid")
    assert (done.exit_code, "did you mean get_tickets/the_second_cid?" in done.stderr) == (2, True)
    done = run("scenarios", "show", "../../etc/passwd")
    assert (done.exit_code, "the library has no scenario" in done.stderr) == (2, True)
    several = Counter(path.stem for path in (ROOT / "scenarios").glob("*/*.yaml"))
    twice = next(name for name, count in several.items() if count > 1)
    done = run("scenarios", "show", twice)
    assert (done.exit_code, "several scenarios; say which: " in done.stderr) == (2, True)
