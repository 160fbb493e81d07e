"""Regular expressions in linear time: the same answers as Python's, and none that takes for ever."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockservers.kernel import patterns
from mockservers.kernel.patterns import Pattern, TooMuchWork, Work

ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\d", r"\W", "1", "(?i:A)", "^", "$", ""])
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{0,2}", "*?"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
    ),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None)
@given(EXPRESSIONS, st.text("ab1-\n", max_size=6))
def test_the_answers_are_those_of_pythons_engine(expression: str, text: str) -> None:
    # A final line end may stand after Python's `$`, but nothing of the value is left over in a match of the whole.
    assert Pattern(expression).matches(text) == (re.fullmatch(expression, text) is not None)


@pytest.mark.parametrize(
    ("expression", "text", "whole"),
    [
        ("(a+)+b", "a" * 5000, False),
        ("(a|a)*c", "a" * 5000 + "c", True),
        (".*x.*y.*z", "x" * 3000, False),
        ("(?s).*Status.*", "one\nStatus\ntwo", True),
        ("(?i)straße|äPFEL", "Äpfel", True),
        (r"[A-Z]{2}-\d+", "AB-123", True),
        (r"\s*", "", True),
        ("", "", True),
        ("^$", "", True),
        (r"\A\w+\Z", "wort", True),
    ],
)
def test_what_takes_others_for_ever_is_answered(expression: str, text: str, whole: bool) -> None:
    assert Pattern(expression).matches(text) is whole


@pytest.mark.parametrize(
    "expression",
    ["(", "a{3,1}", r"(a)\1", "(?=a)", r"\bword\b", "(?m)^a", "x" * 1001, "((a{50}){50}){50}", "((){9999}){9999}"],
)
def test_what_cannot_be_matched_in_linear_time_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match=r"expression|supported|large|characters"):
        Pattern(expression)


def test_deep_nesting_ends_in_a_sentence_where_the_stack_is_too_small_for_it() -> None:
    with contextlib.suppress(ValueError):
        assert Pattern("(" * 499 + ")" * 499).matches("")


def test_a_question_that_takes_too_long_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "MOST_STATES", 50)
    pattern = Pattern("(a|b)*a(a|b){39}")
    assert pattern.matches("ab" * 100)  # more sets of places than are remembered
    with pytest.raises(TooMuchWork, match="simpler"):
        pattern.matches("ab" * 100, Work(150))
