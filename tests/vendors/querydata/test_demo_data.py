"""Demo data obey the vendor's own rules: a table of relations, each looked at in every version of two worlds.

They are looked at when the world is born, and when all that was planned for it has happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import pytest

from mockservers.kernel import catalogue
from mockservers.kernel.instants import HOUR, SECOND
from mockservers.vendors.querydata.emulator import actions
from tests import large
from tests.vendors.querydata.desk import Desk

FACTS = catalogue.load("querydata").facts
CODES = dict(FACTS["positive_response_sets"]["pelicancorp_na"])
COMPLETE = ("1", "2", "3", "4")
HISTORY = (actions.RECEIVED, actions.SUPERSEDED, *FACTS["actions"])
PRIORITIES = {"Emergency": "Emergency", "Damaged Utility": "Emergency", "Short Notice": "Rush"}
Ticket = Mapping[str, Any]


def tickets(desk: Desk, tenant: str) -> list[Ticket]:
    listed = desk.other("list", {"most": 1000}, tenant)["records"]
    return [each["fields"] for each in listed]


@pytest.fixture(scope="module", params=[("demo", 1, 0), ("demo", 1, 8), ("demo:64", 2, 8), (large.DATA, 1, 0)], ids=str)
def customers(request: pytest.FixtureRequest) -> Iterator[list[list[Ticket]]]:
    data, seed, hours = request.param
    with large.in_small(data):
        desk = Desk(data=data, seed=seed)
        desk.world.installation("querydata")
    desk.wait(hours * HOUR / SECOND)
    yield [tickets(desk, tenant) for tenant in ("demo", "other-customer")]
    desk.world.close()


def last(ticket: Ticket, *names: str) -> Mapping[str, Any] | None:
    """The latest entry of the history that is of one of these actions."""
    return next((each for each in reversed(ticket["History"]) if each["Action"] in names), None)


def begun(ticket: Ticket) -> bool:
    first = ticket["History"][0]
    expected = (actions.RECEIVED, ticket["CreateDate"], ticket["OneCallCenter"])
    return (first["Action"], first["ActionDateTime"], first["By"]) == expected


def in_order(ticket: Ticket) -> bool:
    return all(one["ActionDateTime"] <= other["ActionDateTime"] for one, other in pairwise(ticket["History"]))


def latest(ticket: Ticket) -> bool:
    """querydata.window.last_action: what a window is compared with."""
    entry = ticket["History"][-1]
    return (ticket["LastActionDateTime"], ticket["LastAction"]) == (entry["ActionDateTime"], entry["Action"])


def state(ticket: Ticket) -> bool:
    """A complete response closes, an ongoing one leaves the state, and what comes last decides the rest."""
    status = ticket["Status"].removesuffix(" - Responded")
    closed = any(each["Closes"] for each in ticket["Responses"])
    if (status == "Closed") != closed or ("Responded" in ticket["Status"]) != (
        bool(ticket["Responses"]) and not closed
    ):
        return False
    moved = last(ticket, actions.ASSIGN, actions.FOLDER)
    expected = {None: "Pending Research", actions.ASSIGN: "Assigned", actions.FOLDER: "In Folder"}
    if not closed and status != expected[moved["Action"] if moved else None]:
        return False
    assigned, folder = last(ticket, actions.ASSIGN), last(ticket, actions.FOLDER)
    return ticket["AssignedTo"] == (assigned and assigned["Note"]) and ticket["Folder"] == (folder and folder["Note"])


def ended(ticket: Ticket) -> bool:
    """Nothing happens to what is closed or superseded, but that a newer version arrives."""
    names = [each["Action"] for each in ticket["History"]]
    ends = [n for n, name in enumerate(names) if name in (actions.COMPLETE, actions.SUPERSEDED)]
    after = names[ends[0] + 1 :] if ends else []
    return after in ([], [actions.SUPERSEDED])


def responses(ticket: Ticket) -> bool:
    """Each response is one of the centre's set, by a member, and stands in the history at its time."""
    members = {each["MemberCode"] for each in ticket["Members"]}
    told = {(each["ActionDateTime"], each["Action"]) for each in ticket["History"]}
    return all(
        each["MemberCode"] in members
        and CODES.get(each["Code"]) == each["Description"]
        and each["Closes"] == (each["Code"] in COMPLETE)
        and (each["ResponseDateTime"], actions.COMPLETE if each["Closes"] else actions.ONGOING) in told
        for each in ticket["Responses"]
    )


def times(ticket: Ticket) -> bool:
    names = ("CallDateTime", "CreateDate")
    later = ("CallDateTime", "ResponseDueDateTime", "WorkStartDateTime", "ExpirationDateTime")
    return all(ticket[one] <= ticket[other] for order in (names, later) for one, other in pairwise(order))


def kind(ticket: Ticket) -> bool:
    if ticket["TicketType"] not in FACTS["ticket_types"] or ticket["Status"] not in FACTS["states"]:
        return False
    revised = ticket["TicketType"] == "Revision"
    return revised == (ticket["Version"] > 0) and (
        revised or ticket["Priority"] == PRIORITIES.get(ticket["TicketType"], "Normal")
    )


def members(ticket: Ticket) -> bool:
    codes = [each["MemberCode"] for each in ticket["Members"]]
    return (
        ticket["RegistrationCode"] in codes and len(set(codes)) == len(codes) and all(len(each) <= 10 for each in codes)
    )


def polygon(ticket: Ticket) -> bool:
    """A closed ring round the two corners, with six decimals."""
    place = ticket["Geometry"]
    if place is None:
        return True
    ring = [tuple(map(float, pair.split())) for pair in place["PolygonWkt"][len("POLYGON((") : -2].split(", ")]
    west, east = sorted((place["Longitude"], place["SecondaryLongitude"]))
    south, north = sorted((place["Latitude"], place["SecondaryLatitude"]))
    return ring[0] == ring[-1] and set(ring) == {(x, y) for x in (west, east) for y in (south, north)}


RELATIONS: tuple[Callable[[Ticket], bool], ...] = (
    begun,
    in_order,
    latest,
    state,
    ended,
    responses,
    times,
    kind,
    members,
    polygon,
    lambda ticket: {each["Action"] for each in ticket["History"]} <= set(HISTORY),
    lambda ticket: 0 < len(ticket["TicketNumber"]) <= 25 and ticket["TicketNumber"] in ticket["TicketText"],
    lambda ticket: ticket["WorkSite"]["State"] == ticket["Excavator"]["State"],
    lambda ticket: ticket["OneCallCenter"].startswith(ticket["WorkSite"]["State"][:2]),
    lambda ticket: ticket["DepthInches"] > 0 and isinstance(ticket["Boring"], bool),
)


@pytest.mark.parametrize("holds", RELATIONS, ids=[each.__name__ for each in RELATIONS])
def test_a_relation_between_members(customers: list[list[Ticket]], holds: Callable[[Ticket], bool]) -> None:
    assert not [each["UtilisphereID"] for mine in customers for each in mine if not holds(each)]


def test_versions_follow_each_other(customers: list[list[Ticket]]) -> None:
    """querydata.id.version: an id each, one number, the newest alone is newest, and each ends when the next arrives."""
    for mine in customers:
        by_number: dict[str, list[Ticket]] = {}
        for each in mine:
            by_number.setdefault(each["TicketNumber"], []).append(each)
        for versions in by_number.values():
            assert [each["Version"] for each in versions] == list(range(len(versions)))
            assert [each["IsNewestVersion"] for each in versions] == [False] * (len(versions) - 1) + [True]
            for older, newer in pairwise(versions):
                superseded = last(older, actions.SUPERSEDED)
                assert superseded is not None
                assert superseded["ActionDateTime"] == newer["CreateDate"]
        assert len(mine) < 30 or any(len(each) > 1 for each in by_number.values())


def test_customers_share_nothing_and_ids_are_ascending(customers: list[list[Ticket]]) -> None:
    first, second = ([each["UtilisphereID"] for each in mine] for mine in customers)
    assert first == sorted(set(first))
    assert not set(first) & set(second)
    assert not {each["TicketNumber"] for each in customers[0]} & {each["TicketNumber"] for each in customers[1]}


def test_the_demo_shows_every_kind_state_and_action() -> None:
    desk = Desk(data="demo")
    desk.wait(8 * HOUR / SECOND)
    mine = tickets(desk, "demo")
    assert {each["TicketType"] for each in mine} == set(FACTS["ticket_types"])
    assert {each["Status"] for each in mine} >= {"In Folder", "Assigned", "Assigned - Responded", "Closed"}
    assert {entry["Action"] for each in mine for entry in each["History"]} == set(HISTORY)
    assert any(each["Geometry"] is None for each in mine)
    desk.world.close()
