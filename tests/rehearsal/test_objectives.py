"""Objectives: what can be asked for, who wins, and what is said of one that nobody knows."""

from __future__ import annotations

import pytest

from mockservers.kernel.instants import HOUR, MINUTE
from mockservers.rehearsal.measures import Staleness, quantile
from mockservers.rehearsal.objectives import ALWAYS, chosen, judge, length, objective, parse, shown


@pytest.mark.parametrize(
    ("name", "wanted", "most"),
    [
        ("staleness.p95", "10m", 10 * MINUTE),
        ("recovery.worst", "1.5h", HOUR + 30 * MINUTE),
        ("losses", 0, 0),
        ("limit.peak", "50%", 0.5),
        ("limit.peak", "0.5", 0.5),
        ("calls.hour", "500", 500),
    ],
)
def test_a_value_is_read_by_the_unit_of_its_metric(name: str, wanted: str | float, most: float) -> None:
    assert objective(name, wanted, "given").most == most


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ("staleness.p59=10m", "unknown objective 'staleness.p59'; expected one of: .*did you mean"),
        ("staleness.p95=ten", "objective staleness.p95 must be a length of time, such as 90s, 10m or 1.5h, got 'ten'"),
        ("losses=-1", "objective losses must be a number, such as 0 or 500, got '-1'"),
        ("limit.peak=half", "objective limit.peak must be a share, such as 50% or 0.5, got 'half'"),
        ("losses", "--slo must be NAME=VALUE"),
        ("losses=nan", "objective losses must be a number"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_with_what_can(option: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse([option])


def test_the_user_wins_over_the_profile_and_that_over_the_vendor() -> None:
    asked = chosen(
        {"staleness.p95": "15m", "limit.peak": "80%"},
        {"limit.peak": "a.rule"},
        {"staleness.p95": "1h"},
        {"limit.peak": "50%"},
    )
    by_name = {each.name: each for each in asked}
    assert (by_name["staleness.p95"].most, by_name["staleness.p95"].source) == (HOUR, "profile")
    assert (by_name["limit.peak"].most, by_name["limit.peak"].because) == (0.5, "")
    assert set(ALWAYS) <= set(by_name)


def test_what_was_not_measured_is_not_met() -> None:
    (losses,) = judge([objective("losses", 0, "given")], {"losses": None})
    assert not losses.met


@pytest.mark.parametrize(
    ("microseconds", "words"),
    [(0, "0 s"), (45_000_000, "45 s"), (3_600_000_000, "1 h"), (11_100_000_000, "3 h 5 min"), (90 * HOUR, "3 d 18 h")],
)
def test_a_length_of_time_is_told_in_two_units(microseconds: int, words: str) -> None:
    assert length(microseconds) == words


def test_shares_and_counts_are_told_as_people_write_them() -> None:
    assert [shown("share", 0.5), shown("share", 0.012), shown("count", 12_345), shown("count", 2.75)] == [
        "50 %",
        "1.2 %",
        "12,345",
        "2.8",
    ]


def test_quantiles_are_values_that_were_measured() -> None:
    assert quantile([], 0.5) is None
    assert quantile(list(range(1, 101)), 0.95) == 95
    assert quantile([7], 0.99) == 7
    staleness = Staleness()
    for hour, minutes in ((0, 1), (0, 3), (2, 9)):
        staleness.add(hour, minutes * MINUTE)
    staleness.add(2, 2 * MINUTE)
    assert staleness.worst == staleness.quantiles()["worst"] == 9 * MINUTE
    assert staleness.by_hour(3, 1.0) == [3 * MINUTE, None, 9 * MINUTE]
    assert sum(count for _, count in staleness.distribution()) == 4
