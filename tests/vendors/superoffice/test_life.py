"""A client that asks for what changed since its last run finds what other people did by themselves."""

from __future__ import annotations

from mockservers.kernel.instants import HOUR, SECOND
from tests.lived import quicken
from tests.vendors.superoffice.conftest import MakeDesk


def test_an_incremental_read_finds_what_happened_since(make_desk: MakeDesk) -> None:
    desk = make_desk("demo:150")
    quicken(desk.world)

    def since(field: str) -> list[int]:
        query = f"$select=ticketId&$filter={field}%20afterTime%20'2026-03-02T10:00:00Z'"
        return [int(each["ticketId"]) for each in desk.get("Ticket", query).json["value"]]

    assert since("createdAt") == []
    desk.advance(4 * HOUR / SECOND)
    new, changed = since("createdAt"), since("lastChanged")
    assert len(new) > 5
    assert set(new) < set(changed)
    assert len(desk.tickets(*new).json) == len(new)
    desk.world.close()
