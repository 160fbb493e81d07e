"""GetTickets: which tickets come back, in which order."""

from __future__ import annotations

from typing import Any

import pytest

Desk = Any


@pytest.mark.rule(
    "superoffice.result.array", "superoffice.result.request_order", "superoffice.result.sample_is_filler",
    "superoffice.request.body",
)  # fmt: skip
def test_the_tickets_asked_for_come_back_in_the_order_of_the_ids(desk: Desk) -> None:
    assert desk.tickets(829, 439, 1).ids == [829, 439, 1]
    assert desk.call("GetTickets", {"ticketids": [439]}).ids == [439]
    assert desk.tickets().text == "[]"
