"""The tests of the judges' edges bite: judges with a seeded bug are noticed. All of them by `judge_mutants.py`, some here."""

from __future__ import annotations

import sys
from collections import Counter

import pytest

from tests.harness.edges import MODULES, module
from tests.harness.judge_bugs import BUGS, TOPICS, Bug
from tests.harness.judge_mutants import calls, harmless, noticed, seeded, source

PACKAGES = {"autotask", "trackit", "superoffice", "querydata"}
"""Names that only gather the duties of other modules."""
PASSED_ONCE = ("high += MINUTE\n", "high -= 0\n", "number = Decimal(round(float(value)))")
"""Bugs that every other test of this project let pass."""
FIRST = {bug.topic: bug for bug in reversed(BUGS)}
SAMPLE = [bug for bug in BUGS if bug is FIRST[bug.topic] or bug.new in PASSED_ONCE]


def test_each_bug_has_one_place() -> None:
    texts = {judge: source(judge) for judge in MODULES}
    for bug in BUGS:
        assert texts[bug.judge].count(bug.old) == 1, bug
        assert bug.new != bug.old
    assert [bug for bug, count in Counter(BUGS).items() if count > 1] == []


def test_there_are_bugs_in_every_judge_and_for_every_topic() -> None:
    assert {bug.judge for bug in BUGS} == set(MODULES) - PACKAGES
    assert {bug.topic for bug in BUGS} == set(TOPICS)
    assert len(BUGS) >= 190
    assert {bug.new for bug in SAMPLE} >= set(PASSED_ONCE)


@pytest.mark.parametrize("bug", SAMPLE, ids=lambda bug: f"{bug.judge}-{bug.new.strip()[:30]}")
def test_a_judge_with_a_bug_is_noticed(bug: Bug) -> None:
    assert noticed(bug), f"no test of {TOPICS[bug.topic]} fails with {bug}"


def test_a_judge_without_one_is_not() -> None:
    """Loading a judge anew changes nothing by itself."""
    (bug, *_) = [bug for bug in BUGS if bug.topic == "rights"]
    assert noticed(harmless(bug)) == ""


def test_the_true_judges_come_back() -> None:
    (bug, *_) = BUGS
    before = {name: sys.modules.get(path) for name, path in MODULES.items()}
    true = module("shared"), module("shared").storms
    with seeded(bug):
        assert module("shared") is not true[0]
        assert module("shared").storms is not true[1]
    assert (module("shared"), module("shared").storms) == true
    assert {name: sys.modules[MODULES[name]] for name, was in before.items() if was is not None} == {
        name: was for name, was in before.items() if was is not None
    }
    package = sys.modules[MODULES["duties"]]
    assert package.shared is true[0]


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_every_row_of_a_topic_can_be_called(topic: str) -> None:
    names = [name for name, _ in calls(topic)]
    assert len(names) >= 15
    assert len(set(names)) == len(names)
