"""One seed, one example; and a loud word where Hypothesis is not as it was."""

from __future__ import annotations

import threading

import pytest
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers

from mockservers.harness import generation
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


def test_what_hypothesis_had_is_there_again_after_runs_in_two_threads() -> None:
    had = providers._get_local_constants
    begun, may_end = threading.Event(), threading.Event()

    def hold(value: int) -> None:
        begun.set()
        assert may_end.wait(60)

    def inner(value: int) -> None:
        if not thread.is_alive() and not may_end.is_set():
            thread.start()
            assert begun.wait(60)

    thread = threading.Thread(target=generate, args=(st.integers(0, 9), 1, hold), kwargs={"shrink": False})
    # The run that began first ends first.
    generate(st.integers(0, 9), 1, inner, shrink=False)
    assert providers._get_local_constants is not had
    may_end.set()
    thread.join(60)
    assert providers._get_local_constants is had


def test_what_a_run_put_there_that_ended_meanwhile_is_not_what_hypothesis_had(monkeypatch: pytest.MonkeyPatch) -> None:
    had, real = providers._get_local_constants, generation._changing
    first = generation._same_everywhere()

    class Late:
        """The lock, of which the first run gets hold before the second, and ends."""

        def __enter__(self) -> None:
            monkeypatch.setattr(generation, "_changing", real)
            first.__exit__(None, None, None)
            real.acquire()

        def __exit__(self, *raised: object) -> None:
            real.release()

    first.__enter__()
    monkeypatch.setattr(generation, "_changing", Late())
    with generation._same_everywhere():
        assert providers._get_local_constants is not had
    left = providers._get_local_constants
    providers._get_local_constants = had
    assert left is had


def test_a_release_without_the_private_parts_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(providers, "_get_local_constants")
    with pytest.warns(RuntimeWarning, match="the same seed may draw other scenarios"):
        generate(st.sampled_from("ab"), 4, lambda value: None, shrink=False)
