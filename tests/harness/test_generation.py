"""One seed, one example; and a loud word where Hypothesis is not as it was."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers

from mockservers.harness.generation import generate


def drawn(seed: int) -> list[int]:
    values: list[int] = []
    generate(st.integers(0, 10**9), seed, values.append, shrink=False)
    return values


def test_a_seed_stands_for_one_example() -> None:
    assert drawn(5) == drawn(5)
    assert drawn(5)[0] == drawn(6)[0] == 0
    assert drawn(5)[-1] != drawn(6)[-1]


def test_shrinking_keeps_the_class_of_the_exception() -> None:
    seen: list[int] = []

    def test(value: int) -> None:
        seen.append(value)
        if value > 1000:
            raise KeyError(value)

    with pytest.raises(KeyError):
        generate(st.integers(0, 10**9), 5, test, shrink=True)
    assert seen[-1] == 1001


def test_a_release_without_the_private_parts_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(providers, "_get_local_constants")
    with pytest.warns(RuntimeWarning, match="the same seed may draw other scenarios"):
        generate(st.sampled_from("ab"), 4, lambda value: None, shrink=False)
