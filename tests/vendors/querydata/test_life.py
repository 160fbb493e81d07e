"""A client's windows find something for as long as the world runs, not for some hours only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from mockservers.kernel import instants
from mockservers.kernel.instants import DAY, HOUR
from tests.lived import quicken
from tests.vendors.querydata.desk import Desk


def _last_hours(desk: Desk, hours: int) -> list[int]:
    now = instants.to_datetime(desk.world.clock.now())
    return desk.ids(f"{now - timedelta(hours=hours):%Y/%m/%d %H:%M}-{now:%Y/%m/%d %H:%M}")


def test_windows_find_something_at_the_beginning_and_later_on(make: Callable[..., Desk]) -> None:
    desk = make(data="demo:60", start="2026-03-02T15:00:00Z")
    quicken(desk.world)
    assert _last_hours(desk, 2)
    desk.world.clock.advance(12 * HOUR)
    found = _last_hours(desk, 2)
    assert found
    assert desk.details(found[-1])[0]["LastActionDateTime"].startswith("2026/03/03 0")


def test_a_still_world_falls_silent_after_some_hours(make: Callable[..., Desk]) -> None:
    desk = make(data="demo:60", start="2026-03-02T15:00:00Z")
    desk.world.clock.advance(DAY)
    assert _last_hours(desk, 12) == []
    desk.world.clock.advance(-20 * HOUR)
    assert _last_hours(desk, 2)
