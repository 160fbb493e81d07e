"""Windows over the latest action: what they hold, how they are written, bounds, zones, and the vendor's advice."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from tests.vendors.querydata.desk import LAST, Desk, between, day


def ticket(desk: Desk, *moments: str) -> int:
    """A ticket that arrives at the first moment and is acted on at the others; the clock ends at 12:00."""
    desk.at(moments[0])
    made = desk.create()
    for moment in moments[1:]:
        desk.at(moment)
        desk.act(made, "Add Notes")
    desk.at("12:00")
    return made


@pytest.mark.rule("querydata.window.last_action", "querydata.window.moves_out", "querydata.window.historical")
def test_only_the_latest_action_counts(desk: Desk) -> None:
    made = ticket(desk, "10:01", "10:31")
    assert desk.ids(day("10:30-10:35")) == [made]
    assert desk.ids(day("10:00-10:05")) == []
    assert "window.moves_out" in desk.rules
    assert desk.ids(day("10:00-10:35")) == [made]
    desk.at("12:10")
    desk.act(made, "Add Sketch")
    assert desk.ids(day("10:30-10:35")) == []
    assert desk.ids(day("12:10-12:15")) == [made]


@pytest.mark.rule("querydata.window.after_gap")
def test_after_a_gap_only_the_window_of_the_latest_update_has_it(desk: Desk) -> None:
    made = ticket(desk, "10:01", "10:31", "11:01")
    starts = [f"{10 + n // 12:02}:{n % 12 * 5:02}" for n in range(25)]
    holding = [start for start, end in pairwise(starts) if made in desk.ids(day(f"{start}-{end}"))]
    assert holding == ["11:00"]


@pytest.mark.rule("querydata.window.actions_that_count")
@pytest.mark.parametrize(
    "action",
    [
        "Add Complete Response",
        "Add Ongoing Response",
        "Assign",
        "Change Folder",
        "Add Notes",
        "Add Sketch",
        "Add Map Annotation",
        "Add Facility Type",
    ],
)
def test_every_action_moves_the_ticket(desk: Desk, action: str) -> None:
    made = ticket(desk, "10:01")
    desk.at("11:01")
    desk.act(made, action)
    assert desk.ids(day("10:00-10:05")) == []
    assert desk.ids(day("11:00-11:05")) == [made]
    (found,) = desk.details(made)
    assert (found["LastAction"], found["LastActionDateTime"]) == (action, "2026/03/02 11:01:00")
    assert [entry["Action"] for entry in found["History"]] == ["Ticket Received", action]


@pytest.mark.rule("querydata.window.actions_that_count", "querydata.id.version")
def test_a_new_version_moves_old_and_new(desk: Desk) -> None:
    old = ticket(desk, "10:01")
    desk.at("11:01")
    new = int(desk.act(old, "Revise")["id"])
    assert new > old
    assert desk.ids(day("11:00-11:05")) == [old, new]
    (older,), (newer,) = desk.details(old), desk.details(new)
    assert older["TicketNumber"] == newer["TicketNumber"]
    assert (older["Version"], older["IsNewestVersion"]) == (0, False)
    assert (newer["Version"], newer["IsNewestVersion"]) == (1, True)


# --- notation ---------------------------------------------------------------------------------------------------------


@pytest.mark.rule("querydata.window.minute_notation")
@pytest.mark.parametrize(
    "value",
    [
        "2026-03-02 10:00-2026-03-02 10:05",
        "2026/03/02 10:00:00-2026/03/02 10:05:00",
        "2026/3/2 10:00-2026/3/2 10:05",
        "2026/03/02 10:00 - 2026/03/02 10:05",
        "2026/03/02T10:00-2026/03/02T10:05",
        "2026/03/02 10:00Z-2026/03/02 10:05Z",
        "2026/03/02 10:00",
        "",
        "2026/02/30 10:00-2026/03/02 10:05",
        "2026/03/02 24:00-2026/03/03 10:05",
        "0000/01/01 00:00-2026/03/02 10:05",
        "２０２６/03/02 10:00-2026/03/02 10:05",
        5,
        None,
        ["x"],
        "2026/03/02 10:00-2026/03/02 10:05\n",
    ],
)
def test_other_notations_are_refused(desk: Desk, value: object) -> None:
    code, message = desk.error("Summary", between(LAST, value))
    assert code == "VALUE"
    assert "Filter 1" in message


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-02 10:00-2026-03-02 10:05",
        "2026.03.02 10:00-2026.03.02 10:05",
        "2026/03/02 10:00:00-2026/03/02 10:05:59",
    ],
)
def test_lenient_separators_and_seconds(make: Callable[..., Desk], value: str) -> None:
    desk = make("lenient")
    made = ticket(desk, "10:03:30")
    assert desk.ids(value) == [made]
    for bad in (
        "2026/03/02T10:00-2026/03/02T10:05",
        "2026/3/2 10:00-2026/3/2 10:05",
        "2026/03-02 10:00-2026/03/02 10:05",
    ):
        assert desk.error("Summary", between(LAST, bad))[0] == "VALUE"


def test_lenient_seconds_are_exact(make: Callable[..., Desk]) -> None:
    desk = make("lenient")
    made = ticket(desk, "10:03:30")
    assert desk.ids("2026/03/02 10:03:30-2026/03/02 10:03:30") == [made]
    assert desk.ids("2026/03/02 10:03:31-2026/03/02 10:04:00") == []


@pytest.mark.rule("querydata.window.minute_notation")
def test_the_printed_placeholder_is_refused_with_a_hint(make: Callable[..., Desk]) -> None:
    for dialect in ("default", "lenient"):
        code, message = make(dialect).error("Summary", between(LAST, "YYY?MM?DD HH:MM-YYY/MM/DD HH:MM"))
        assert code == "VALUE"
        assert "'?'" in message


@pytest.mark.rule("querydata.window.reversed")
def test_a_window_that_ends_before_it_starts(desk: Desk) -> None:
    code, message = desk.error("Summary", between(LAST, day("10:05-10:00")))
    assert code == "VALUE"
    assert "starts after its end" in message
    assert desk.ids(day("10:05-10:05")) == []


@pytest.mark.rule("querydata.window.reversed")
def test_reversed_windows_where_a_clock_is_moved(make: Callable[..., Desk]) -> None:
    desk = make({"time_zone": "America/New_York"})
    assert desk.ids("2026/03/08 02:30-2026/03/08 03:00") == []  # the hour from 02:00 on was skipped
    assert desk.ids("2026/11/01 01:58-2026/11/01 01:03") == []  # five minutes across the repeated hour
    for window in ("2026/03/08 03:30-2026/03/08 03:00", "2026/11/01 02:30-2026/11/01 02:00"):
        assert desk.error("Summary", between(LAST, window))[0] == "VALUE"


# --- bounds and zones -------------------------------------------------------------------------------------------------


@pytest.mark.rule("querydata.window.bounds")
@pytest.mark.parametrize(
    ("bounds", "inside"),
    [
        ("exact_minute", ["10:00:00", "10:04:59", "10:05:00"]),
        ("whole_minute", ["10:00:00", "10:04:59", "10:05:00", "10:05:30", "10:05:59"]),
        ("end_exclusive", ["10:00:00", "10:04:59"]),
    ],
)
def test_bounds(make: Callable[..., Desk], bounds: str, inside: list[str]) -> None:
    desk = make({"window_bounds": bounds})
    made = {
        moment: ticket(desk, moment)
        for moment in ("09:59:59", "10:00:00", "10:04:59", "10:05:00", "10:05:30", "10:05:59", "10:06:00")
    }
    assert desk.ids(day("10:00-10:05")) == sorted(made[moment] for moment in inside)


@pytest.mark.rule("querydata.window.zone")
def test_windows_and_details_are_in_the_customers_zone(make: Callable[..., Desk]) -> None:
    desk = make({"time_zone": "America/New_York"})
    made = ticket(desk, "15:01:30")
    desk.at("16:00")
    assert desk.ids(day("10:00-10:05")) == [made]
    assert desk.details(made)[0]["CreateDate"] == "2026/03/02 10:01:30"


@pytest.mark.rule("querydata.window.zone")
def test_the_repeated_hour_holds_both_readings(make: Callable[..., Desk]) -> None:
    desk = make({"time_zone": "America/New_York"}, start="2026-10-31T00:00:00Z")
    first = ticket(desk, "2026-11-01T05:30:00Z")
    second = ticket(desk, "2026-11-01T06:30:00Z")
    desk.at("2026-11-01T09:00:00Z")
    assert desk.ids("2026/11/01 01:30-2026/11/01 01:30") == [first, second]
    assert desk.details(first)[0]["CreateDate"] == desk.details(second)[0]["CreateDate"] == "2026/11/01 01:30:00"


@pytest.mark.rule("querydata.window.zone")
def test_the_skipped_hour_moves_forward(make: Callable[..., Desk]) -> None:
    desk = make({"time_zone": "America/New_York"}, start="2026-03-08T00:00:00Z")
    made = ticket(desk, "2026-03-08T07:30:00Z")  # 03:30 by the new reading
    desk.at("2026-03-08T09:00:00Z")
    assert desk.ids("2026/03/08 02:30-2026/03/08 02:30") == [made]
    assert desk.ids("2026/03/08 02:31-2026/03/08 02:59") == []


# --- advice -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("querydata.window.short")
def test_long_windows_are_answered_and_noted(desk: Desk) -> None:
    desk.ids(day("09:55-10:00"))
    assert "window.short" not in desk.notes
    desk.ids(day("09:00-10:00"))
    assert "window.short" in desk.notes


@pytest.mark.rule("querydata.window.short")
def test_a_maximum_can_be_set(make: Callable[..., Desk]) -> None:
    desk = make({"max_window": 15})
    desk.ids(day("09:45-10:00"))
    code, message = desk.error("Summary", between(LAST, day("09:44-10:00")))
    assert code == "VALUE"
    assert "15 minutes" in message


@pytest.mark.rule("querydata.window.near_present", "querydata.window.overlap", "querydata.window.after_gap")
def test_incremental_windows_should_overlap(desk: Desk) -> None:
    desk.ids(day("09:55-10:00"))
    assert "window.near_present" in desk.rules
    desk.at("10:04")
    desk.ids(day("09:59-10:04"))
    assert "window.overlap" in desk.rules - desk.notes
    desk.at("10:09")
    desk.ids(day("10:04-10:09"))
    assert "window.overlap" in desk.notes
    desk.ids(day("08:00-08:05"))
    assert "window.historical" in desk.rules
    desk.at("12:00")
    desk.ids(day("10:08-12:00"))
    assert "window.after_gap" in desk.rules


@pytest.mark.rule("querydata.window.start_notation")
def test_hyphens_in_the_start_alone_are_a_switch(make: Callable[..., Desk]) -> None:
    mixed = "2026-03-02 09:55-2026/03/02 10:05"
    desk = make()
    made = desk.create()
    assert desk.error("Summary", between(LAST, mixed))[0] == "VALUE"
    assert "window.start_notation" in desk.rules
    desk.switch(start_notation="either")
    assert desk.ids(mixed) == [made]
    assert desk.ids(day("09:55-10:05")) == [made]
    for text in ("2026-03-02 09:55-2026-03-02 10:05", "2026/03/02 09:55-2026-03-02 10:05", mixed + ":00"):
        assert desk.error("Summary", between(LAST, text))[0] == "VALUE"
