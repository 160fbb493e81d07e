"""`--only`, `--without`, `--no-config` and `mockservers.toml`, as `check`, `replay` and `judge` take them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lxml import etree

from mockservers.cli import main
from mockservers.harness.duties import of as duties_of

ROOT = Path(__file__).resolve().parent.parent.parent
MUTANT = str(ROOT / "tests/vendors/get_tickets/mutants/decoded_once.py") + ":Client"
CHECK = ("check", "get_tickets", "--client", MUTANT, "--examples", "2")
REASON = "our gateway decodes; agreed with the desk until March"
SCENARIO = """mockservers: 1
vendor: get_tickets
start: 2026-03-02T10:00:00Z
steps:
  - {other: create, fields: {subject: "C++ 100%25"}}
  - {client: sync}
found: {duty: get_tickets.decoded_once}
"""
FILE = f'[check.without]\n"get_tickets.decoded_once" = "{REASON}"\n"querydata.secret_kept" = "not ours"\n'


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_duty_that_a_project_switches_off_fails_nothing_and_is_in_every_report(folder: Path) -> None:
    (folder / "mockservers.toml").write_text(FILE)
    done = run(*CHECK, "--json", "r.json", "--junit", "r.xml", "--html", "r.html")
    assert done.exit_code == 0, done.output
    told = f"{REASON} (mockservers.toml)"
    assert f"switched off decoded_once {told}" in " ".join(done.output.split())
    assert "1 duty is switched off" in done.output or "and 1 switched off" in done.output
    assert "kept          decoded_once" not in done.output

    report = json.loads((folder / "r.json").read_text())
    assert report["switched_off"] == [{"duty": "get_tickets.decoded_once", "reason": told}]
    assert {each["verdict"] for each in report["duties"] if each["id"] == "get_tickets.decoded_once"} == {
        "switched off"
    }
    cases = etree.parse(folder / "r.xml").findall(".//testcase[@name='decoded_once']")
    assert [each.find("skipped").get("message") for each in cases] == [f"switched off: {told}"]
    page = (folder / "r.html").read_text()
    assert "Switched off: not judged, so neither kept nor broken" in page
    assert f"switched off: {told}" in page


def test_options_win_over_the_file(folder: Path) -> None:
    (folder / "mockservers.toml").write_text(FILE)
    saved = folder / "found.yaml"
    saved.write_text(SCENARIO)

    def outcome(*words: str) -> tuple[int, str]:
        done = run("replay", str(saved), "--client", MUTANT, *words)
        return done.exit_code, done.output

    code, text = outcome()
    assert (code, text.startswith("OFF "), REASON in text) == (0, True, True), text
    code, text = outcome(
        "--without", "decoded_once=only today", "--strict", "--json", "r.json", "--junit", "r.xml", "--html", "r.html"
    )
    assert (code, "only today (--without)" in text, REASON in text) == (0, True, False), text
    report = json.loads((folder / "r.json").read_text())
    assert [each["outcome"] for each in report["results"]] == ["OFF"]
    assert report["switched_off"] == [{"duty": "get_tickets.decoded_once", "reason": "only today (--without)"}]
    skipped = [each.get("message") for each in etree.parse(folder / "r.xml").findall(".//skipped")]
    assert skipped == ["switched off: only today (--without)"] * 2
    assert (
        "get_tickets.decoded_once</bdi></code>: switched off: only today (--without)" in (folder / "r.html").read_text()
    )
    code, text = outcome("--only", "get_tickets.decoded_once")
    assert (code, text.count("FAILED")) == (1, 1)
    assert (
        "switched off, since only other duties were asked for: get_tickets.all_pages, get_tickets.changes_seen," in text
    )
    assert outcome("--no-config")[0] == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--only", "decoded_onse"), "there is no duty 'decoded_onse'; did you mean decoded_once?"),
        (
            ("--without", "get_tickets.decodedonce"),
            "there is no duty 'get_tickets.decodedonce'; did you mean get_tickets.deco",
        ),
        (
            ("--without", "decoded_once="),
            "--without 'decoded_once=' gives an empty reason; write decoded_once alone, or",
        ),
        (
            ("--only", "all_pages", "--without", "all_pages"),
            "every duty of get_tickets is switched off, so there is nothing",
        ),
    ],
)
def test_wrong_options_are_one_sentence(words: tuple[str, ...], told: str) -> None:
    done = run(*CHECK, *words)
    assert (done.exit_code, told in done.output) == (2, True), done.output


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ('"get_tickets.decodedonce"', 'check.without."get_tickets.decodedonce" names no duty: there is no duty'),
        ('"get_tickets.decodedonce"', "did you mean get_tickets.decoded_once?"),
        ('"gettickets.decoded_once"', "'gettickets' is not an emulated vendor; expected one of"),
        ('"decoded_once"', "must name a duty by its full id, <vendor>.<duty>, such as get_tickets.decoded_once; got"),
        ('"querydata.secret"', 'check.without."querydata.secret" names no duty'),
    ],
)
def test_a_file_that_names_no_duty_is_said_with_its_key_whatever_is_checked(key: str, told: str, folder: Path) -> None:
    (folder / "pyproject.toml").write_text(f'[tool.mockservers.check.without]\n{key} = "why"\n')
    done = run(*CHECK)
    assert done.exit_code == 2
    assert "pyproject.toml: tool.mockservers.check.without." in done.output
    assert told in done.output


def test_a_file_that_is_ignored_may_say_anything(folder: Path) -> None:
    (folder / "mockservers.toml").write_text("[chek]")
    assert (
        "mockservers: mockservers.toml: unknown key 'chek'; expected one of: check, observe, record, rehearse, serve; did you"
        in run(*CHECK).output
    )
    done = run(*CHECK, "--no-config", "--only", "decoded_onse")
    assert (done.exit_code, "did you mean decoded_once?" in done.output) == (2, True)


def test_help_tells_of_the_options_and_of_should() -> None:
    for command in ("check", "replay", "judge"):
        told = " ".join(run(command, "--help").output.split())
        assert "--only DUTY" in told
        assert "--without DUTY[=REASON]" in told
        assert "Ignore mockservers.toml, and [tool.mockservers] in pyproject.toml." in told
    assert "severity `should` is an advice" in " ".join(run("check", "--help").output.split())


def test_a_check_by_one_duty_names_the_others_in_few_lines() -> None:
    done = run("check", "get_tickets", "--client", MUTANT, "--examples", "1", "--only", "secret_kept")
    assert done.exit_code == 0, done.output
    text = " ".join(done.output.split())
    assert "switched off all_pages, changes_seen, decoded_once," in text
    assert text.count("only other duties were asked for") == 1
    others = len(duties_of("get_tickets")) - 1
    assert f"KEPT: every duty that is left was put to the test, and kept; {others} duties are switched off" in text
