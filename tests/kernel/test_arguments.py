"""Reading requests of other people: what each member may be, and how a mistake is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

import pytest

from mockservers.kernel.arguments import LONGEST_DELAY, Arguments
from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Misuse
from mockservers.kernel.store import LARGEST

NOBODY = cast(Context, None)
"""The kernel's part of a request never looks at the call it came with."""


class Prompt(Arguments):
    __slots__ = ()
    PROMPT = "Desk"
    LARGEST_ID = 99


def arguments(**members: Any) -> Arguments:
    return Arguments.of(NOBODY, members)


def test_what_is_null_counts_as_not_given() -> None:
    read = arguments(by=None, note=None, most=None, on=None, fields=None, delay=None, after=None, more=None)
    assert (read.take("by", "x"), read.text("note", "y"), read.whole("most", 5, 1, 9)) == ("x", "y", 5)
    assert (read.flag("on", True), read.members("fields"), read.delay(), read.after()) == (True, {}, 0, None)
    assert not read.has("by")
    read.done()
    Arguments.of(NOBODY, None).done()


@pytest.mark.parametrize(
    ("given", "number"), [(5, 5), ("5", 5), ("005", 5), ("0", 0), (LARGEST, LARGEST), ("0" * 5000 + "7", 7)]
)
def test_ids_are_numbers_or_text(given: Any, number: int) -> None:
    assert arguments(id=given).number() == number
    assert arguments(after=given).after() == number


@pytest.mark.parametrize("given", [None, True, "", "x", "-1", -1, 5.0, "٣", [], LARGEST + 1, "0" * 25 + "9" * 30])
def test_other_ids_are_refused(given: Any) -> None:
    with pytest.raises(Misuse, match="'id' must be the id"):
        arguments(id=given).number()


def test_a_number_is_taken_where_text_is_meant_and_text_where_a_number_is() -> None:
    """A shell tells no 22 from "22"."""
    read = arguments(field=22, hours=1.5, most="5", on="True")
    assert (read.text("field"), read.text("hours"), read.whole("most", 1, 0, 9)) == ("22", "1.5", 5)
    assert read.flag("on", False) is True


def test_a_misspelt_name_is_told_what_was_meant() -> None:
    read = arguments(labl="x")
    read.take("label")
    with pytest.raises(Misuse, match=r"expected one of: label; did you mean label\?"):
        read.done()


def test_a_delay_is_told_in_seconds() -> None:
    assert arguments(delay=1.5).delay() == 1_500_000
    assert arguments(delay=LONGEST_DELAY // 1_000_000).delay() == LONGEST_DELAY
    Prompt.of(NOBODY, {"delay": 0}).done()


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (lambda: Arguments.of(NOBODY, []), "a request must be an object of names and values, got []"),
        (lambda: arguments(colour="red", id=5).done(), "unknown field 'colour'"),
        (lambda: arguments().text("action"), "'action' is missing; it must be text"),
        (lambda: arguments(action="").text("action"), "'action' must be text, got ''"),
        (lambda: arguments(note=[True, None]).text("note", ""), "'note' must be text, got [true, null]"),
        (lambda: arguments(note=[5]).text("note", ""), "'note' must be text, got [5]"),
        (lambda: arguments(on=1).flag("on", True), "'on' must be true or false, got 1"),
        (lambda: arguments(most=True).whole("most", 5, 0, 9), "'most' must be a whole number from 0 to 9, got true"),
        (lambda: arguments(most="11").whole("most", 5, 0, 9), "'most' must be a whole number from 0 to 9, got '11'"),
        (lambda: arguments(most="5.0").whole("most", 5, 0, 9), "'most' must be a whole number from 0 to 9, got '5.0'"),
        (lambda: arguments(size=11).number("size", 0, 10), "'size' must be a number from 0 to 10, got 11"),
        (lambda: arguments(fields=[]).members("fields"), "'fields' must be an object of names and values, got []"),
        (lambda: arguments(fields={}).members("fields", required=True), "'fields' must have at least one name"),
        (lambda: arguments(delay=float("nan")).delay(), "'delay' must be a number of seconds"),
        (lambda: arguments(delay=True).delay(), "'delay' must be a number of seconds"),
        (lambda: Prompt.of(NOBODY, {"delay": 5}), "what is done at Desk shows at once"),
        (lambda: Prompt.of(NOBODY, {"id": 100}).number(), "'id' must be the id"),
    ],
)
def test_mistakes_are_told(act: Callable[[], object], says: str) -> None:
    with pytest.raises(Misuse, match=re.escape(says)):
        act()


def test_what_is_too_much_is_told_with_what_would_have_been_read() -> None:
    read = arguments(id=5, colour="red")
    read.number()
    read.text("by", "somebody")
    with pytest.raises(Misuse, match="expected one of: by, id"):
        read.done()


def test_a_number_or_truth_value_is_text_where_text_is_meant() -> None:
    assert [arguments(note=value).text("note") for value in (True, False, 7, 1.5)] == ["true", "false", "7", "1.5"]
