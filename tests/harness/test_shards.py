"""Shards of a check, and their reports joined: the union is the whole, and nothing else is taken for it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from mockservers.harness.check import CheckConfig, check
from mockservers.harness.reports import check_document
from mockservers.harness.reports.merged import exit_code, joined, merge
from mockservers.harness.reports.reading import ReportError, read
from mockservers.harness.reports.summary import summary_html, summary_junit, summary_text
from mockservers.harness.shards import Shard
from mockservers.harness.verdicts import Report

MUTANT = f"{Path(__file__).parent.parent / 'vendors/get_tickets/mutants/decoded_once.py'}:Client"


def run(shard: Shard | None, examples: int = 4) -> Report:
    return check(
        CheckConfig(
            "get_tickets", MUTANT, seed=7, examples=examples, save_to=None, shrink=False, shard=shard, only=ONLY
        )
    )


ONLY = ("decoded_once", "all_pages", "backs_off")


@pytest.fixture(scope="module")
def whole() -> Any:
    return check_document(run(None))


@pytest.fixture(scope="module")
def shards() -> list[Any]:
    return [check_document(run(Shard(n, 2))) for n in (1, 2)]


def files(shards: list[Any], folder: Path) -> list[Path]:
    found = []
    for n, shard in enumerate(shards):
        found.append(folder / f"{n}.json")
        found[-1].write_text(json.dumps(shard))
    return found


def test_the_union_of_the_shards_is_the_whole_check(whole: Any, shards: list[Any], tmp_path: Path) -> None:
    made = merge(files(list(reversed(shards)), tmp_path))
    counts = ("duty", "verdict", "exercised", "exercised_in", "broken_in")
    (mine,), (other,) = made["dialects"], whole["dialects"]
    assert [[v[key] for key in counts] for v in mine["verdicts"]] == [
        [v[key] for key in counts] for v in other["verdicts"]
    ]
    for key in ("examples", "planned", "declined", "plays", "complaints"):
        assert mine[key] == other[key]
    assert (made["exit_code"], made["lead"], made["causes"]) == (1, whole["lead"], whole["causes"])
    assert made["says"] == whole["says"] == "BROKEN: 1 duty (decoded_once)"


def test_the_merged_report_is_shown_in_every_form(shards: list[Any]) -> None:
    made = joined([("a", shards[0]), ("b", shards[1])])
    assert "BROKEN get_tickets.decoded_once (must), dialect default" in summary_text(made)
    assert "2 shards" in summary_text(made)
    junit = summary_junit(made)
    assert 'failures="1"' in junit
    assert 'name="decoded_once"' in junit
    page = summary_html(made)
    assert 'class="verdict bad"' in page
    assert "The request that decides" in page
    switch = {
        "switch": "layout",
        "value": "sample",
        "default": "plain",
        "rule": "get_tickets.xml.layout",
        "says": "It is spaced",
    }
    for verdict in made["dialects"][0]["verdicts"]:
        if verdict["counterexample"]:
            verdict["counterexample"]["switches"] = [switch]
    assert "It is spaced (switch layout is sample, not plain)" in summary_html(made)


@pytest.mark.parametrize(
    ("verdicts", "merged", "code"),
    [
        (("kept", "broken"), "broken", 1),
        (("kept", "unproven"), "kept", 0),
        (("unproven", "unproven"), "unproven", 3),
        (("n/a", "n/a"), "n/a", 3),
        (("kept", "switched off"), "kept", 0),
    ],
)
def test_a_verdict_is_that_of_the_worst_shard_that_knows(
    shards: list[Any], verdicts: tuple[str, str], merged: str, code: int
) -> None:
    parts = copy.deepcopy(shards)
    for part, verdict in zip(parts, verdicts, strict=True):
        part["duties"] = part["duties"][:1]
        part["causes"] = []
        part["dialects"][0]["verdicts"] = [
            {**part["dialects"][0]["verdicts"][0], "verdict": verdict, "counterexample": None}
        ]
    made = joined([("a", parts[0]), ("b", parts[1])])
    assert made["dialects"][0]["verdicts"][0]["verdict"] == made["duties"][0]["verdict"] == merged
    assert exit_code(made) == code
    assert exit_code(made, strict=True) == (3 if "unproven" in (merged,) else code)


def test_a_shard_that_stopped_stops_the_whole(shards: list[Any]) -> None:
    parts = copy.deepcopy(shards)
    parts[1]["stopped"] = {
        "what": "it died",
        "interrupted": False,
        "printed": "",
        "dialect": "default",
        "doing": "",
        "scenario": None,
        "steps": [],
    }
    made = joined([("a", parts[0]), ("b", parts[1])])
    assert exit_code(made) == 4
    assert made["says"].startswith("STOPPED: the client failed as a program (shard 2/2: it died)")
    assert 'errors="1"' in summary_junit(made)


def changed(given: Any, /, **more: Any) -> Any:
    return {**copy.deepcopy(given), **more}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda a, b: [a], "shard 2/2 is missing, so this is not the whole check"),
        (lambda a, b: [a, b, b], "shard 2/2 is there twice, in 1.json and 2.json"),
        (lambda a, b: [a, changed(b, seed=2)], "1.json is of another check than 0.json: --seed is 2 there, and 7 here"),
        (lambda a, b: [a, changed(b, given="--client x")], '--client is "--client x" there'),
        (lambda a, b: [a, changed(b, asked={**b["asked"], "examples": 9})], "--examples is 9 there, and 4 here"),
        (lambda a, b: [a, changed(b, shard={"number": 2, "of": 3})], "the number of shards is 3 there, and 2 here"),
        (lambda a, b: [a, changed(b, switched_off=[])], "the choice of duties is"),
        (lambda a, b: [a, changed(b, shard=None)], "1.json is the report of a whole check"),
        (lambda a, b: [a, joined([("a", a), ("b", b)])], "1.json is a merged report already"),
        (lambda a, b: [], "no report was given"),
    ],
)
def test_what_is_not_one_check_is_refused(shards: list[Any], change: Any, says: str) -> None:
    with pytest.raises(ReportError) as refused:
        joined([(f"{n}.json", each) for n, each in enumerate(change(*shards))])
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is not JSON"),
        ("[1]", "is no report of a check"),
        ('{"format": "mockservers-check", "version": 2}', "is a report of version 2; expected 1"),
        ('{"format": "mockservers-check", "version": 1}', "written by an older mockservers"),
        ('{"format": "mockservers-check", "version": 1, "asked": 1}', "mockservers is missing"),
    ],
)
def test_a_file_that_is_no_report_is_said(text: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text(text)
    with pytest.raises(ReportError, match=says):
        read(file)


def test_a_wrong_value_is_told_with_its_place(shards: list[Any], tmp_path: Path) -> None:
    wrong = copy.deepcopy(shards[0])
    wrong["dialects"][0]["verdicts"][1]["exercised"] = "7"
    with pytest.raises(ReportError, match=r"dialects\[0\].verdicts\[1\].exercised must be a int"):
        merge(files([wrong], tmp_path))


@pytest.mark.parametrize("text", ["", "0/3", "4/3", "1", "1/0", "a/b", "-1/2", "1/20000", "1.5/2"])
def test_a_shard_is_a_number_of_so_many(text: str) -> None:
    with pytest.raises(ValueError, match=r"--shard must be a number and how many there are, such as 2/5"):
        Shard.parse(text)


def test_every_item_is_in_one_shard() -> None:
    items = list(range(11))
    parts = [Shard.parse(f"{n}/4").share(items) for n in range(1, 5)]
    assert sorted(each for part in parts for each in part) == items
    assert str(Shard.parse(" 2/5 ")) == "2/5"


def test_a_shard_without_anything_to_play_is_refused() -> None:
    with pytest.raises(ValueError, match="3 examples are too few for 5 shards; give --examples 5 or more"):
        run(Shard(1, 5), 3)
