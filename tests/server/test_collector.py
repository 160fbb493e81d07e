"""The collector of cycles of a program that serves."""

from __future__ import annotations

import gc
import weakref

import pytest

from mockservers.server import collector
from mockservers.server.collector import paced


class Ring:
    """What refers to itself, so that only a collection frees it."""

    def __init__(self) -> None:
        self.me = self


def test_what_outlives_a_full_collection_is_not_looked_at_again() -> None:
    with paced():
        gc.collect()
        aside = gc.get_freeze_count()
        assert aside > 10_000  # all that was there
        held = [Ring() for _ in range(1000)]
        assert len(gc.get_objects()) < 10_000
        gc.collect()
        assert gc.get_freeze_count() >= aside + len(held)
        plain = weakref.ref(held[0])
        held[0].me = None  # type: ignore[assignment]
        del held[0]
        assert plain() is None  # set aside, and still freed at once when nobody refers to it


def test_rings_that_were_set_aside_are_freed_once_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "COUNTED", 1)
    with paced():
        gc.collect()
        lost = Ring()
        looked = weakref.ref(lost)
        gc.collect()  # sets it aside
        del lost
        gc.collect()
        assert looked() is not None
        more = [Ring() for _ in range(gc.get_freeze_count() + 300_000)]
        gc.collect()  # counts, and finds too many
        gc.collect()
        assert looked() is None
        del more


def test_a_process_is_as_it_was_when_serving_has_ended() -> None:
    before, calls = gc.get_threshold(), list(gc.callbacks)
    with paced():
        gc.collect()
        assert gc.callbacks != calls
    assert (gc.get_threshold(), gc.callbacks, gc.get_freeze_count()) == (before, calls, 0)
