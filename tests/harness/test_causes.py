"""Which broken duties are told as one bug."""

from __future__ import annotations

import pytest

from mockservers.harness.causes import grouped
from mockservers.harness.check import CheckConfig, check
from mockservers.harness.clients import reference
from mockservers.harness.drivers.in_process import CallableDriver


def plays(*broken: str) -> list[frozenset[str]]:
    """What each play broke; a letter for a duty."""
    return [frozenset(each) for each in broken]


def smallest(**broken: str) -> dict[str, frozenset[str]]:
    return {duty: frozenset({duty, *others}) for duty, others in broken.items()}


@pytest.mark.parametrize(
    ("played", "least", "bugs"),
    [
        # One duty.
        (plays("a", ""), smallest(a=""), [{"a"}]),
        # What breaks in each other's smallest play cannot be had apart, however often it breaks.
        (plays("ab", "ab", "ab"), smallest(a="b", b="a"), [{"a", "b"}]),
        # b needs more than a does; where it breaks, a breaks too, which it does not do elsewhere.
        (plays("a", "ab", "", "", "ab"), smallest(a="", b="a"), [{"a", "b"}]),
        # a is broken all the time, so that it is broken beside b says nothing.
        (plays(*["a"] * 20, "ab", "ab"), smallest(a="", b="a"), [{"a"}, {"b"}]),
        # They never meet.
        (plays("a", "b", "", "a", "b"), smallest(a="", b=""), [{"a"}, {"b"}]),
        # They meet now and then, by chance.
        (plays("a", "b", "ab", "ab", ""), smallest(a="", b=""), [{"a"}, {"b"}]),
        # The smallest plays do not show it, but whenever b breaks a does, and not else as a rule.
        (plays("ab", "ab", "ab", "a", *[""] * 9), smallest(a="", b=""), [{"a", "b"}]),
        # Too few plays to tell.
        (plays("ab", "ab", *[""] * 9), smallest(a="", b=""), [{"a"}, {"b"}]),
        # What belongs to the same duty belongs together.
        (plays("abc", "abc", *[""] * 9), smallest(a="b", b="ac", c="b"), [{"a", "b", "c"}]),
        ([], {}, []),
    ],
)
def test_duties_that_break_together_are_one_bug(
    played: list[frozenset[str]], least: dict[str, frozenset[str]], bugs: list[set[str]]
) -> None:
    assert sorted(map(sorted, grouped(played, least))) == sorted(map(sorted, bugs))


class Twice(reference("get_tickets")):  # type: ignore[misc]
    """Two bugs that have nothing to do with each other: it never turns a page, and it shows its key to everybody."""

    def hello(self, **told: object) -> dict[str, object]:
        return {**super().hello(**told), "tasks": ["sync", "mirror"]}

    def sync(self) -> None:
        print(self.credentials if hasattr(self, "credentials") else self.key)
        super().sync()


def test_two_bugs_are_told_apart() -> None:
    class Both(Twice):  # type: ignore[misc]
        def mirror(self) -> object:
            shown = super().mirror()
            return {"records": [each for each in shown["records"] if each["id"] != "1"][:3]}

    report = check(CheckConfig("get_tickets", CallableDriver.of(Both), examples=12, save_to=None))
    assert len(report.broken) >= 2
    apart = [bug for bug in report.causes if "get_tickets.secret_kept" in bug]
    assert apart == [{"get_tickets.secret_kept"}]
