"""Whatever can be read in two ways is told alike: in pages of any size, counted, by its number, by a search, and by people.

The lists are those of the table of routes, so one that comes later is tried too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mockservers.vendors.trackit.emulator.routes import ROUTES, Route
from tests.relations import Reading, Row

Desk = Any
LISTS = sorted(
    (route for routes in ROUTES.values() for route in routes if "{pageSize}" in route.path), key=lambda each: each.path
)
SINGLE = {
    "notes": "tickets/Note",
    "assignments": "assignments",
    "attachments": "attachment",
    "assignment_notes": "assignments/Note",
    "assignment_attachments": "attachment",
    "solution_attachments": "attachment",
    "successors": "assignments",
    "predecessors": "assignments",
}
"""Where a record of a list is read by its number."""
OWNERS = {"tickets": "ticket", "assignments": "assignment", "solutions": "solution"}


@pytest.fixture(scope="module")
def busy(make_desk: Any) -> Iterator[Desk]:
    """A desk whose every list has records."""
    desk = make_desk("demo:20", searches="assumed")
    for number in (101, 102):
        desk.act("act", id=number, action="add_assignment", copies=3)
        desk.act("act", id=number, action="attach", copies=2)
    for _ in range(4):
        desk.act("act", id=101, action="note_assignment", assignment=1004)
    desk.act("act", id=101, action="attach", assignment=1004, copies=3)
    for number in (1, 2):
        desk.act("act", id=101, action="attach", solution=number, copies=3)
    first, *rest = (each["1"] for each in desk.all("assignment") if each["6"] == 101 and "18" not in each)
    for each in rest:
        desk.act("act", id=101, action="link_assignments", first=first, next=each)
    yield desk
    desk.world.close()


def values(record: Any) -> dict[str, Any]:
    return {number: each["Value"] for number, each in record.items()}


def alone(desk: Desk, path: str) -> Row:
    """A record by its number; some stand in a list of one."""
    (record, *_) = desk.get(path).json.values()
    return values(record[0] if isinstance(record, list) else record)


def shown(desk: Desk, path: str) -> tuple[int, list[Row]]:
    """What a list says it is long, and the records of one page."""
    told = desk.get(path).json
    (records,) = (each for name, each in told.items() if name != "Count")
    return told["Count"], [values(each) for each in records]


def reading(desk: Desk, route: Route, owner: Any) -> Reading:
    path = "/" + route.path.partition("{")[0] + f"{owner}/" + route.parts[2] + "/{}/{}"

    def pages(size: int) -> list[Row]:
        count, rows = shown(desk, path.format(size, 1))
        for number in range(2, -(-count // size) + 1):
            rows += shown(desk, path.format(size, number))[1]
        return rows

    def one(row: Row) -> Row:
        return alone(desk, f"/{SINGLE[route.operation.removesuffix('.list')]}/{row['1']}")

    return Reading(
        f"{route.operation} of {owner}",
        key=lambda row: row["1"],
        everything=lambda: shown(desk, path.format(0, 0))[1],
        pages=pages,
        count=lambda: shown(desk, path.format(0, 0))[0],
        one=one,
    )


@pytest.mark.parametrize("route", LISTS, ids=lambda route: str(route.operation))
def test_lists_tell_what_their_records_tell(busy: Desk, route: Route) -> None:
    """trackit.read.paging."""
    owners = busy.act("list", entity=OWNERS[route.parts[0]], most=500)["records"]
    assert sum(reading(busy, route, each["id"]).hold((1, 2, 1000)) for each in owners)


def test_a_search_tells_what_tickets_tell(busy: Desk) -> None:
    """trackit.search.pages."""

    def searched(**asked: Any) -> Any:
        return busy.post("/searches", asked).json

    def pages(size: int) -> list[Row]:
        count, rows = searched(PageSize=size, PageNumber=1)["Count"], []
        for number in range(1, -(-count // size) + 1):
            rows += [values(each) for each in searched(PageSize=size, PageNumber=number)["Results"]]
        return rows

    found = Reading(
        "search",
        key=lambda row: row["1"],
        everything=lambda: [values(each) for each in searched()["Results"]],
        pages=pages,
        count=lambda: int(searched()["Count"]),
        one=lambda row: busy.get(f"/tickets/{row['1']}").ticket,
        others={"people": lambda: busy.all("ticket")},
    )
    assert found.hold((1, 7, 1000))


@pytest.mark.parametrize("entity", ["ticket", "assignment", "solution", "note", "assignment_note"])
def test_people_see_what_clients_read(busy: Desk, entity: str) -> None:
    """trackit.solution.read, trackit.assignment.read."""
    address = {
        "ticket": "/tickets/",
        "assignment": "/assignments/",
        "solution": "/solutions/",
        "note": "/tickets/Note/",
        "assignment_note": "/assignments/Note/",
    }[entity]

    def one(row: Row) -> Row:
        return alone(busy, f"{address}{row['1']}")

    assert Reading(entity, key=lambda row: row["1"], everything=lambda: busy.all(entity), one=one).hold()
