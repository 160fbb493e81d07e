"""Whatever can be read in two ways is told alike: in three formats, in pages of any size, counted, and by what names it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

import pytest

from tests.relations import Reading, Row
from tests.vendors.get_tickets.conftest import FORMATS

Desk = Any
LISTED = {
    "get_tickets": ("tickets", "tid"),
    "get_customers": ("customers", "cid"),
    "get_companies": ("companies", "id"),
    "get_techs": ("techs", "uid"),
    "get_tech_groups": ("tech_groups", "id"),
}
"""Where records of an action stand, and the variable that names one, which is its output too."""
OF_TICKETS = {"get_history": ("history", ("id",)), "get_attachments": ("attachments", ("ticket_id", "file_name"))}
"""Where what belongs to tickets stands, and what tells two of it apart."""


@pytest.fixture(scope="module")
def busy(make_desk: Any) -> Iterator[Desk]:
    """A desk at which things were done, and somebody of each kind has another name by now."""
    desk = make_desk("demo:20")
    for each in desk.act("list", most=3)["records"]:
        for name in ("a.txt", "b & c.txt"):
            desk.act("act", id=each["id"], action="attach", file=name)
        desk.act("act", id=each["id"], action="note", note="Ünder <way> & 100 %")
    for kind in ("company", "customer", "technician", "tech_group"):
        first = desk.act("list", entity=kind, most=1)["records"][0]["id"]
        desk.act("act", id="customer", action="rename", list=kind, entry=first, name="Ä & <b> 50%+1")
    yield desk
    desk.world.close()


def rows(desk: Desk, action: str, root: str, **more: Any) -> list[Row]:
    reply = desk.do(action, **more)
    return [decoded(each) for each in (reply.tickets if root == "tickets" else reply.records(root))]


def decoded(row: Row) -> Row:
    """A record in clear."""
    return {name: decoded(value) if isinstance(value, dict) else unquote_plus(value) for name, value in row.items()}


@pytest.mark.parametrize("action", LISTED)
def test_lists_tell_the_same_in_every_way(busy: Desk, action: str) -> None:
    """get_tickets.reference.inputs, get_tickets.reference.shape."""
    root, key = LISTED[action]
    all_of = {key: "*", "order": key}

    def pages(size: int) -> list[Row]:
        found: list[Row] = []
        number = 1
        while page := rows(busy, action, root, **all_of, count=size, page=number):
            found, number = found + page, number + 1
        return found

    reading = Reading(
        action,
        key=lambda row: row[key],
        everything=lambda: rows(busy, action, root, **all_of),
        pages=pages,
        count=lambda: int(busy.do(action, **all_of, count_only="Y").count or 0),
        one=lambda row: rows(busy, action, root, **{key: row[key]})[0],
        others={each: _in_format(busy, action, root, all_of, each) for each in FORMATS},
    )
    assert reading.hold()


def _in_format(
    desk: Desk, action: str, root: str, variables: Mapping[str, str], output: str
) -> Callable[[], list[Row]]:
    """In URL-delimited text a ticket's cid stands twice, once for its copies (get_tickets.wire.cc_column)."""
    twice = {"cid"} if (action, output) == ("get_tickets", "delimited") else set()

    def read() -> list[Row]:
        found = rows(desk, action, root, **variables, output=output)
        return [{name: value for name, value in row.items() if name not in twice} for row in found]

    return read


@pytest.mark.parametrize("action", OF_TICKETS)
def test_what_belongs_to_tickets_is_told_the_same_in_every_way(busy: Desk, action: str) -> None:
    """get_tickets.history.inputs, get_tickets.attachment.inputs."""
    root, keys = OF_TICKETS[action]

    def by_ticket() -> list[Row]:
        tids = [row["tid"] for row in rows(busy, "get_tickets", "tickets", tid="*")]
        return [row for tid in tids for row in rows(busy, action, root, tid=tid)]

    others = {each: _in_format(busy, action, root, {"tid": "*"}, each) for each in FORMATS}
    reading = Reading(
        action,
        key=lambda row: tuple(row[name] for name in keys),
        everything=lambda: rows(busy, action, root, tid="*"),
        others={**others, "of each ticket": by_ticket},
    )
    assert reading.hold()
