"""A client that asks for what was active since its last run finds what other people did by themselves."""

from __future__ import annotations

from mockservers.kernel.instants import HOUR
from tests.lived import quicken
from tests.vendors.autotask.asking import Desk, where


def test_an_incremental_read_finds_what_happened_since() -> None:
    desk = Desk("demo:60")
    quicken(desk.world)

    def since(entity: str, field: str) -> list[int]:
        return [int(each["id"]) for each in desk.found(entity, where(field, "GreaterThan", "2026-03-02T10:00:00"))]

    assert since("Ticket", "LastActivityDate") == []
    desk.world.clock.advance(4 * HOUR)
    active, new = since("Ticket", "LastActivityDate"), since("Ticket", "CreateDate")
    assert len(new) > 5
    assert set(new) < set(active)
    assert since("TicketNote", "LastActivityDate")
    assert since("Account", "LastActivityDate")
