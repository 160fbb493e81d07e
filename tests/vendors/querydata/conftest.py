"""A desk for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.vendors.querydata.desk import Desk


@pytest.fixture
def make() -> Iterator[Callable[..., Desk]]:
    """Makes desks, and closes them after the test."""
    made: list[Desk] = []

    def factory(*args: object, **more: object) -> Desk:
        made.append(Desk(*args, **more))  # type: ignore[arg-type]
        return made[-1]

    yield factory
    for each in made:
        each.world.close()


@pytest.fixture
def desk(make: Callable[..., Desk]) -> Desk:
    """An empty world in strict dialect; it is 10:00 UTC on 2 March 2026."""
    return make()
