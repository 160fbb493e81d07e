"""Dates in zones, with and without their offset."""

from __future__ import annotations

from typing import Any

import pytest

Desk = Any
INSTANTS = (1, 2, 3, 4)


def created(desk: Desk, zone: str | None = None) -> list[str]:
    headers = {} if zone is None else {"SO-TimeZone": zone}
    return [each["CreatedAt"] for each in desk.tickets(*INSTANTS, headers=headers).json]


@pytest.mark.rule("superoffice.time.offset", "superoffice.time.base_zone", "superoffice.time.utc_columns")
def test_the_pages_form(desk: Desk) -> None:
    assert created(desk) == [
        "2024-01-15T12:00:00+01:00",
        "2024-07-15T13:00:00+02:00",
        "2024-10-27T02:30:00+02:00",
        "2024-10-27T02:30:00+01:00",
    ]
    desk.switch(base_zone="US-NY")
    assert created(desk)[0] == "2024-01-15T06:00:00-05:00"


@pytest.mark.rule("superoffice.time.header", "superoffice.time.offset_colon", "superoffice.time.header_back")
def test_the_header_converts(desk: Desk) -> None:
    for zone in ("IN", "in", " in , includeTZOffset", "501", "IN,INCLUDETZOFFSET"):
        assert created(desk, zone)[:2] == ["2024-01-15T16:30:00+05:30", "2024-07-15T16:30:00+05:30"]
    assert created(desk, "UTC")[0] == "2024-01-15T11:00:00Z"
    assert created(desk, "261") == created(desk, "includeTZOffset") == created(desk)
    assert desk.tickets(1, headers={"SO-TimeZone": "us-ny"}).headers["SO-TimeZone"] == "US-NY"


@pytest.mark.rule("superoffice.time.offset")
def test_the_other_form_has_no_marker_until_it_is_asked_for(desk: Desk) -> None:
    desk.switch(dates="netserver")
    assert created(desk)[:3] == ["2024-01-15T12:00:00", "2024-07-15T13:00:00", "2024-10-27T02:30:00"]
    assert created(desk, "UTC")[0] == "2024-01-15T11:00:00"
    assert created(desk, "UTC,includeTZOffset")[0] == "2024-01-15T11:00:00Z"
    assert created(desk, "includeTZOffset")[0] == "2024-01-15T12:00:00+01:00"
    assert created(desk, "US-NY, includeTZOffset")[1] == "2024-07-15T07:00:00-04:00"


@pytest.mark.rule("superoffice.time.header")
def test_the_header_may_mark_only(desk: Desk) -> None:
    """As another published description has it: dates of tickets are not shifted, the flag shows the server's offset."""
    plain = created(desk)
    desk.switch(time_zone_header="mark_only")
    assert created(desk, "IN") == created(desk, "UTC, includeTZOffset") == plain
    reply = desk.tickets(1, headers={"SO-TimeZone": "CN"})
    assert reply.headers["SO-TimeZone"] == "NO"  # the zone that the dates are in
    desk.switch(dates="netserver")
    assert created(desk, "IN")[0] == "2024-01-15T12:00:00"
    assert created(desk, "IN, includeTZOffset") == plain
    filter_ = "$select=ticketId&$filter=registered%20afterTime%20'2024-10-27T02:00:00'"
    assert desk.get("Ticket", filter_, headers={"SO-TimeZone": "IN"}).json == desk.get("Ticket", filter_).json


@pytest.mark.rule("superoffice.time.header")
def test_the_flag_of_the_header_is_compared_without_case(desk: Desk) -> None:
    desk.switch(dates="netserver")
    for zone in ("in,INCLUDETZOFFSET", "includetzoffset , IN"):
        assert created(desk, zone)[0] == "2024-01-15T16:30:00+05:30"


@pytest.mark.rule("superoffice.carrier.seconds")
def test_dates_are_whole_seconds(desk: Desk) -> None:
    desk.advance(0.75)
    id_ = desk.create()
    assert desk.truth(id_)["CreatedAt"] == desk.truth(id_)["LastChanged"] == "2026-03-02T10:00:00Z"
    assert desk.ticket(id_)["CreatedAt"] == "2026-03-02T11:00:00+01:00"
    desk.advance(1)
    desk.do(id_, "close")
    assert desk.truth(id_)["ClosedAt"] == desk.truth(id_)["LastChanged"] == "2026-03-02T10:00:01Z"


@pytest.mark.rule("superoffice.carrier.unset_dates")
@pytest.mark.parametrize(
    ("dates", "zone", "text"),
    [
        ("page", "", "0001-01-01T01:00:00+01:00"),
        ("page", "UTC", "0001-01-01T00:00:00Z"),
        ("page", "US-NY", "0001-01-01T00:00:00-05:00"),
        ("page", "IN", "0001-01-01T05:30:00+05:30"),
        ("netserver", "", "0001-01-01T00:00:00"),
        ("netserver", "US-NY", "0001-01-01T00:00:00"),
        ("netserver", "UTC, includeTZOffset", "0001-01-01T00:00:00Z"),
        ("netserver", "includeTZOffset", "0001-01-01T01:00:00+01:00"),
    ],
)
def test_unset_dates(desk: Desk, dates: str, zone: str, text: str) -> None:
    desk.switch(dates=dates)
    assert desk.tickets(1, headers={"SO-TimeZone": zone}).json[0]["ClosedAt"] == text


@pytest.mark.rule("superoffice.time.unknown_zone")
def test_an_unknown_zone(desk: Desk) -> None:
    reply = desk.tickets(1, headers={"SO-TimeZone": "MARS, includeTZOffset"})
    assert reply.json == desk.tickets(1).json
    assert [note.rule for note in reply.entry.notes] == ["superoffice.time.unknown_zone"]
    desk.switch(unknown_zone="400")
    refused = desk.tickets(1, headers={"SO-TimeZone": "MARS"})
    assert (refused.status, "MARS" in refused.json["MessageDetail"]) == (400, True)
