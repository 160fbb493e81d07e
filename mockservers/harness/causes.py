"""Which of the duties that a client breaks are probably broken by one bug.

A bug breaks duties by the dozen, and two bugs may hide behind one report. What tells them apart is which duties break together:
in the smallest plays, where chance puts nothing together, and over all plays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

Broken = frozenset[str]
"""The ids of the duties that one play breaks."""

NEARLY_ALWAYS = 0.9
"""What is broken in so large a share of all plays is broken beside anything else, which then says nothing."""
RARE = 0.5
ENOUGH = 3
"""Plays in which two duties must break together to be told apart from chance, where the smallest plays do not show it."""


def grouped(plays: Sequence[Broken], smallest: Mapping[str, Broken]) -> list[tuple[str, ...]]:
    """The duties of `smallest` in groups, one for each bug that there probably is.

    `plays` is what each play broke; `smallest` what the smallest play that breaks a duty breaks, by that duty.
    """
    leader = {duty: duty for duty in smallest}

    def of(duty: str) -> str:
        while leader[duty] != duty:
            duty = leader[duty]
        return duty

    for one, other in combinations(smallest, 2):
        if _together(one, other, plays, smallest):
            leader[of(other)] = of(one)
    groups: dict[str, list[str]] = {}
    for duty in smallest:
        groups.setdefault(of(duty), []).append(duty)
    return [tuple(each) for each in groups.values()]


def _together(one: str, other: str, plays: Sequence[Broken], smallest: Mapping[str, Broken]) -> bool:
    if other in smallest[one] and one in smallest[other]:
        return True  # whatever else is broken: neither can be had without the other
    if other in smallest[one]:
        return _tells(other, one, plays)
    if one in smallest[other]:
        return _tells(one, other, plays)
    common, rarer = sorted((one, other), key=lambda duty: sum(duty in broken for broken in plays), reverse=True)
    beside = [broken for broken in plays if rarer in broken]
    return len(beside) >= ENOUGH and all(common in broken for broken in beside) and _share(common, plays) < RARE


def _tells(beside: str, duty: str, plays: Sequence[Broken]) -> bool:
    """Whether it means anything that `beside` breaks in the smallest play of `duty`: not if it breaks without it all the time."""
    without = [broken for broken in plays if duty not in broken]
    return not without or _share(beside, without) < NEARLY_ALWAYS


def _share(duty: str, plays: Iterable[Broken]) -> float:
    """The share of plays that break a duty."""
    broken = [duty in each for each in plays]
    return sum(broken) / len(broken) if broken else 0.0
