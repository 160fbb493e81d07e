"""How long something takes that was not always seen to its end: the estimator of Kaplan and Meier, by hand.

A ticket that is still open when a recording ends has lived so long at least. To leave it out, or to take it for one that is
never closed, would make lives look shorter, or the open ones more, than they are.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True)
class Survival:
    """Lengths at which something ended, ascending, each with the share of all that ended then; and the share that never did."""

    ends: tuple[tuple[int, float], ...]
    left: float

    def lengths(self) -> list[int]:
        """As many lengths as there were ends, ascending, spread as those of all that end."""
        total, many = 1.0 - self.left, len(self.ends)
        found: list[int] = []
        reached = 0.0
        for length, share in self.ends:
            reached += share
            while len(found) < many and (len(found) + 0.5) / many * total <= reached + 1e-12:
                found.append(length)
        return found


def survival(lives: Iterable[tuple[int, bool]]) -> Survival:
    """What follows from lengths, each with whether it was seen to its end."""
    ordered = sorted(lives)
    at_risk, left = len(ordered), 1.0
    ends: list[tuple[int, float]] = []
    for length, same in groupby(ordered, key=lambda life: life[0]):
        ended = [seen for _, seen in same]
        many = sum(ended)
        ends += [(length, left / at_risk)] * many
        left -= left / at_risk * many
        at_risk -= len(ended)
    return Survival(tuple(ends), max(0.0, left))


def never(lives: Sequence[tuple[int, bool]], lengths: Sequence[int], rounds: int = 200) -> float:
    """The share of all that never end, where `lengths` (ascending) are of those that do.

    Of what was not seen to its end each has a chance to be of those, the greater the longer it has lived. The plateau of
    the survival says the same, but rests on the few that were seen longest.
    """
    waiting = [1.0 - bisect_right(lengths, length) / len(lengths) for length, ended in lives if not ended]
    share = len(waiting) / max(len(lives), 1) / 2
    for _ in range(rounds):
        odds = sum(share / (share + (1.0 - share) * still) if share else 0.0 for still in waiting)
        share = odds / max(len(lives), 1)
    return share
