"""The same calls in memory and in PostgreSQL: the same answers, and the same rows."""

from __future__ import annotations

from typing import Any

from tests.stores import Postgresql
from tests.vendors.autotask.asking import Answer, Desk, sent, where
from tests.vendors.autotask.writing import LATER, NOTE, ticket

TITLES = ("Robert", "rupert", "a%b", "A_B", "\U0001f600 straße", "é")
ASKED = (
    ("Title", "SoundsLike", "Rupert"),
    ("Title", "Like", "A%"),
    ("Title", "Contains", "%"),
    ("Title", "BeginsWith", "R"),
    ("Title", "EndsWith", "STRASSE"),
    ("Title", "GreaterThan", "a_b"),
    ("Title", "NotEqual", "é"),
    ("DueDateTime", "IsNull", ""),
    ("CreateDate", "IsThisDay", "2026-03-02"),
    ("Priority", "LessThan", "1.5"),
)


def calls(desk: Desk) -> list[Any]:
    ids = [ticket(desk, Title=title) for title in TITLES]
    desk.wait(60)
    note = desk.made("TicketNote", **{**NOTE, "TicketID": ids[0]})
    told: list[Any] = [
        ids,
        note,
        desk.write("update", sent("Ticket", ids[1], Title="Ruprecht", Priority=2, DueDateTime=LATER)),
    ]
    told.append(desk.write("update", sent("Ticket", ids[2], Status=99)))
    told += [desk.query("Ticket", where(*asked)) for asked in ASKED]
    told.append(desk.query("Ticket", where("id", "GreaterThan", "0")))
    desk.world.checkpoint("c")
    desk.world.act("autotask", "delete", {"entity": "Ticket", "id": str(ids[3])})
    told.append(desk.truth("Ticket"))
    desk.world.restore("c")
    return [*told, desk.truth("Ticket"), desk.truth("TicketNote")]


def plain(told: list[Any]) -> list[Any]:
    return [each.entities or each.ids if isinstance(each, Answer) else each for each in told]


def test_the_same_calls_have_the_same_answers(postgresql: Postgresql) -> None:
    memory, database = Desk("demo:1"), Desk("demo:1", path=postgresql.fresh())  # type: ignore[arg-type]
    expected, found = (plain(calls(desk)) for desk in (memory, database))
    for one, other in zip(expected, found, strict=True):
        assert one == other
    assert all(expected[4 : 4 + len(ASKED)]), "every question finds something"
