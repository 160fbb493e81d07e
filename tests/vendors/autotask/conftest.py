"""What several modules share: a desk with data that every test finds as it was in the beginning."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.vendors.autotask.asking import Desk


@pytest.fixture(scope="module")
def shared() -> Iterator[Desk]:
    made = Desk("demo:60")
    made.world.installation("autotask")
    made.world.checkpoint("begun")
    yield made
    made.world.close()


@pytest.fixture
def desk(shared: Desk) -> Desk:
    shared.world.restore("begun")
    return shared
