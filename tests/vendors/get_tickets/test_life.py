"""What other people do by themselves reaches a client as everything else does: by reading tickets again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from mockservers.kernel.instants import HOUR, SECOND
from tests.lived import quicken
from tests.vendors.get_tickets.conftest import Desk, MakeDesk


@pytest.fixture
def lively(make_desk: MakeDesk) -> Iterator[Desk]:
    desk = make_desk("demo:120")
    quicken(desk.world)
    yield desk
    desk.world.close()


def _read(text: str) -> datetime:
    return datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p")


def test_a_client_that_reads_again_finds_what_happened_since(lively: Desk) -> None:
    before = {each["tid"]: each for each in lively.get(tid="*").tickets}
    lively.advance(4 * HOUR / SECOND)
    after = {each["tid"]: each for each in lively.get(tid="*").tickets}
    new = after.keys() - before.keys()
    changed = [tid for tid in before if after[tid] != before[tid]]
    assert len(new) > 5
    assert len(changed) > 10
    assert not {"9", "34", "37", "100"} & set(changed), "what the page shows stays as it is"
    began = datetime(2026, 3, 2, 10)
    for tid in (*new, *changed):
        assert began < _read(after[tid]["last_updated"]) <= datetime(2026, 3, 2, 14)
    assert not [tid for tid in changed if after[tid]["last_updated"] == before[tid]["last_updated"]]
    assert {int(tid) for tid in new} == set(lively.get(start_date="3/2/2026 10:00:01 AM").tids)
