"""Lengths that were not seen to their end: estimators by hand, against numbers that are known."""

from __future__ import annotations

import pytest

from mockservers.kernel.ids import Ids
from mockservers.rehearsal.survival import never, survival


def test_the_estimator_of_kaplan_and_meier() -> None:
    """By hand: of six that are at risk at 1 one ends, of four at 3 two, of the last one at 5 one."""
    lives = [(1, True), (2, False), (3, True), (3, True), (4, False), (5, True)]
    found = survival(lives)
    assert [length for length, _ in found.ends] == [1, 3, 3, 5]
    assert [share for _, share in found.ends] == pytest.approx([1 / 6, 5 / 24, 5 / 24, 5 / 12])
    assert found.left == pytest.approx(0)
    assert found.lengths() == [1, 3, 5, 5]
    assert survival([]).left == 1.0
    assert survival([(3, False)]).lengths() == []


def test_what_a_recording_ends_before_is_neither_left_out_nor_taken_for_never() -> None:
    """Lives of 20 on average, of which 3 in 100 never end, seen for up to 120: many are cut off."""
    source = Ids(1).source("lives")
    lives = []
    for _ in range(20_000):
        length = round(source.expovariate(1 / 20) * 1000) if source.random() >= 0.03 else 10**9
        seen = round(source.random() * 120_000)
        lives.append((min(length, seen), length <= seen))
    found = survival(lives).lengths()
    naive = sorted(length for length, ended in lives if ended)
    assert naive[len(naive) // 2] < 0.9 * 13_860
    assert found[len(found) // 2] == pytest.approx(13_860, rel=0.05)
    assert sum(not ended for _, ended in lives) > 5 * 600
    assert never(lives, found) == pytest.approx(0.03, rel=0.1)
