"""`report merge`, `check --shard` and `check --github` as a user types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from mockservers.cli import main
from mockservers.cli.check import driving
from mockservers.harness import DriverFailure, check
from mockservers.harness.reports.github import command, quoted, summary

ROOT = Path(__file__).resolve().parent.parent.parent
MUTANT = f"{ROOT / 'tests/vendors/get_tickets/mutants/decoded_once.py'}:Client"


def run(*words: Any) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_shards_are_checked_merged_and_told_to_github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(check, "MOST_SHRINKS", 1)
    step = tmp_path / "step.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(step))
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    for n in (1, 2):
        options = ["--examples", 2, "--seed", 4, "--no-library", "--shard", f"{n}/2", "--only", "decoded_once"]
        options += ["--json", f"{n}.json", "--github"]
        done = run("check", "get_tickets", "--client", MUTANT, *options)
        assert done.exit_code == 2 - n, done.output  # the second example does not show the bug
        stop, *_, last = done.stdout.splitlines()
        if n == 2:
            assert stop == f"::stop-commands::{last.strip(':')}"
            continue
        assert last.startswith(
            "::error file=scenarios-found/get_tickets-decoded_once-default-4.yaml,title=get_tickets reader against "
            "get_tickets%2C dialect default%3A get_tickets.decoded_once is broken::"
        )
    done = run(
        "report", "merge", "2.json", "1.json", "--json", "m.json", "--html", "m.html", "--junit", "m.xml", "--github"
    )
    assert done.exit_code == 1, done.output
    merged = json.loads((tmp_path / "m.json").read_text())
    assert (merged["shard"], merged["dialects"][0]["examples"]) == ({"number": 0, "of": 2}, 2)
    heads = [line for line in step.read_text().splitlines() if line.startswith("###")]
    assert [line.rpartition(", ")[2] for line in heads] == ["shard 1/2", "shard 2/2", "2 shards"]
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    done = run("report", "merge", "1.json", "2.json", "--junit", "late.xml", "--github")
    assert (done.exit_code, (tmp_path / "late.xml").exists()) == (2, True), done.output
    done = run("report", "merge", "1.json")
    assert (done.exit_code, "shard 2/2 is missing" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--shard", "1/2", "--strict"], "a shard alone cannot be --strict"),
        (["--shard", "3/2"], "--shard must be a number and how many there are"),
        (["--on", "tcp://x:1"], "--on must be the address of a Dask scheduler"),
        (["--on", "dask://x:1", "--jobs", "2"], "--jobs is for this machine"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options: list[str], says: str, tmp_path: Path) -> None:
    done = run("check", "get_tickets", "--client", MUTANT, "--save", tmp_path, *options)
    assert (done.exit_code, says in done.stderr) == (2, True), done.stderr


def test_values_of_commands_are_escaped() -> None:
    """As GitHub's runner reads them: % first, then line ends; in properties also : and ,"""
    made = command("error", "50% :: a\nb\rc\x1b", title="a:b,c%\n", file="")
    assert made == "::error title=a%3Ab%2Cc%25%0A::50%25 :: a%0Ab\\rc\\x1b"


def test_a_clients_words_give_no_commands() -> None:
    text = "fine\n  ::error::mine"
    stop, inside, go = quoted(text)
    assert inside == text
    assert go.strip(":") not in text
    assert stop == f"::stop-commands::{go.strip(':')}"


def test_what_a_client_printed_before_it_failed_gives_no_commands() -> None:
    def lines(github: bool) -> list[str]:
        @click.command()
        def fails() -> None:
            with driving(github):
                raise DriverFailure("it ended", "fine\n::error::mine\n")

        done = CliRunner().invoke(fails)
        assert done.exit_code == 4
        return done.stderr.partition("last ---\n")[2].splitlines()

    assert lines(False) == ["fine", "::error::mine"]
    stop, *inside, go = lines(True)
    assert (stop, inside) == (f"::stop-commands::{go.strip(':')}", ["fine", "::error::mine"])


def test_a_clients_words_are_no_markdown(tmp_path: Path) -> None:
    document: Any = {
        "vendor": "v",
        "client": "a|b <script> [x](y) `c` @team #1",
        "given": "--client 'x|y'",
        "seed": 1,
        "seconds": 1.0,
        "exit_code": 0,
        "says": "KEPT: <b>all</b>",
        "shard": None,
        "dialects": [],
        "duties": [],
        "causes": [],
    }
    made = summary(document)
    assert not set("|<[`@").intersection(made.splitlines()[0].replace("&#", ""))
    assert "<script>" not in made
    assert "<b>" not in made


def test_without_a_file_there_is_no_summary_and_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mockservers.cli.github import told_to_github

    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    document: Any = {
        "client": "c",
        "vendor": "v",
        "stopped": None,
        "dialects": [],
        "duties": [],
        "causes": [],
        "exit_code": 0,
    }
    told_to_github(document, "text", err=False)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    monkeypatch.setattr("mockservers.harness.reports.github.summary", lambda document: "x")
    with pytest.raises(ValueError, match="the step's summary could not be written to"):
        told_to_github(document, "text", err=False)
