"""The journal is bounded by all that it holds, whoever makes it long."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.kernel.journal import MOST_NOTES, Entry, Journal, weight
from mockservers.kernel.operations import Recipe
from mockservers.kernel.world import World, WorldConfig
from tests.server import toy


def entry() -> Entry:
    return Entry(1, 0, 0, "v", None, "client")


def test_of_many_findings_of_one_rule_the_first_are_kept_and_the_others_counted() -> None:
    made = entry()
    for number in range(1000):
        made.note("v.a", f"unknown {number}", name=number)
        if number % 100 == 0:
            made.note("v.b", "rare")
    texts = [note.text for note in made.notes if note.rule == "v.a"]
    assert texts == [*(f"unknown {number}" for number in range(MOST_NOTES)), "and 950 more of the same"]
    assert [note.facts for note in made.notes if note.rule == "v.a"][-1] == {"more": 950}
    assert len([note for note in made.notes if note.rule == "v.b"]) == 10


@pytest.mark.parametrize(
    "fill",
    [
        lambda made: made.note("v.a", "x" * 100_000),
        lambda made: made.note("v.a", "x", **{"y" * 100_000: 1}),
        lambda made: [made.note(f"v.{number}", "x" * 100) for number in range(200)],
        lambda made: setattr(made, "error", "x" * 100_000),
        lambda made: setattr(made, "request", {"a": ["x" * 1000] * 100}),
        lambda made: setattr(made, "result", [{"a": 1}] * 1000),
        lambda made: made.cite(*(f"v.{number}" for number in range(500))),
    ],
)
def test_whatever_an_entry_holds_counts(fill: Any) -> None:
    journal = Journal(most_bytes=1_000_000)
    for _ in range(40):
        made = journal.open(0, 0, "v", None, "other")
        fill(made)
        journal.settle(made)
    assert journal.dropped > 10
    assert 0 < journal.held <= 1_000_000


def test_settling_twice_counts_once() -> None:
    journal = Journal()
    made = journal.open(0, 0, "v", None, "other")
    journal.settle(made)
    once = journal.held
    journal.settle(made)
    assert journal.held == once
    made.error = "x" * 1000
    journal.settle(made)
    assert once + 1000 <= journal.held <= once + 1100


def test_the_weight_of_data_is_about_what_it_takes() -> None:
    assert weight(None) == 0
    assert 1000 < weight({"a": "x" * 1000}) < 1300
    assert weight(["☃" * 1000]) > 2000
    nested: list[Any] = []
    for _ in range(20_000):
        nested = [nested]
    assert weight(nested) > 20_000


def test_a_long_result_of_other_peoples_acts_is_left_out_with_a_word() -> None:
    world = World("w", WorldConfig(data={"toy": Recipe("demo", 4)}), toy.emulator)
    world.act("toy", "create", {"fields": {"word": "x" * 200_000}})
    world.act("toy", "list", {})
    one, two = world.journal
    assert str(one.request).startswith("(about 200")
    assert "too long for the journal" in str(two.result)
    assert world.journal.held < 10_000
    world.close()
