"""What a fresh installation holds: determinism, sizes, references, and the tickets that the special ones promise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from mockservers.vendors.trackit.emulator import assigning, fields, model
from mockservers.vendors.trackit.emulator.semantics import assignments, files, reading, searching, workflow

Desk = Any


def rows(desk: Desk, table: sa.Table, tenant: str = "demo") -> list[dict[str, Any]]:
    store = desk.world.installation("trackit").store
    with store.transaction() as db:
        order = list(table.primary_key)
        return [
            dict(each._mapping)
            for each in db.execute(sa.select(table).where(table.c.tenant == tenant).order_by(*order))
        ]


TABLES = (model.TICKETS, model.NOTES, model.ATTACHMENTS, model.ASSIGNMENTS, model.ENTRIES)


@pytest.mark.parametrize("count", [0, 1, 2, 12, 13, 14, 40, 250])
def test_there_are_exactly_so_many_tickets(make_desk: Any, count: int) -> None:
    desk = make_desk(f"demo:{count}")
    assert len(rows(desk, model.TICKETS)) == count
    desk.world.close()


def test_empty_has_people_and_lists_alone(empty: Desk) -> None:
    assert [len(rows(empty, table)) for table in TABLES[:4]] == [0, 0, 0, 0]
    assert rows(empty, model.ENTRIES)
    made = empty.post("/tickets", {"Properties": {}})
    assert (made.ticket["1"], made.ticket["96"]) == (1, "Open")


def test_the_same_seed_makes_the_same_data(make_desk: Any, tmp_path: Path) -> None:
    made = [
        make_desk("demo:250", seed=seed, store=store) for seed, store in ((1, None), (1, tmp_path / "a.db"), (2, None))
    ]
    contents = [[rows(desk, table) for table in TABLES] for desk in made]
    assert contents[0] == contents[1] != contents[2]
    for desk in made:
        desk.world.close()


def test_every_link_leads_somewhere(make_desk: Any) -> None:
    desk = make_desk("demo:250")
    for tenant in ("demo", "other-desk"):
        known = {(each["module"], each["id"]) for each in rows(desk, model.ENTRIES, tenant)}
        for row in rows(desk, model.TICKETS, tenant):
            for link, module in fields.MODULES.items():
                assert row[f"l_{link}"] is None or (module, row[f"l_{link}"]) in known
        tickets = {row["f1"]: row for row in rows(desk, model.TICKETS, tenant)}
        notes: dict[int, list[dict[str, Any]]] = {}
        for note in rows(desk, model.NOTES, tenant):
            notes.setdefault(note["ticket"], []).append(note)
        for id_, row in tickets.items():
            mine = notes.get(id_, [])
            users = [note for note in mine if not note["system"]]
            assert [note["place"] for note in mine] == list(range(1, row["notes"] + 1))
            assert [note["user_place"] for note in users] == list(range(1, row["user_notes"] + 1))
            assert row["f163"] == (sum(note["duration"] for note in users) if users else None)
            assert row["f175"] == (mine[-1]["date"] if mine else None)
    desk.world.close()


def test_times_are_on_the_grid_and_revisions_are_apart(make_desk: Any) -> None:
    desk = make_desk("demo:60")
    for table in (model.TICKETS, model.NOTES):
        for row in rows(desk, table):
            times = [
                row[column.name]
                for column in table.columns
                if column.name in ("date", "modified", "f2", "f12", "f18", "f100")
            ]
            assert all(fields.grid(each) == each for each in times if each is not None)
    used = [row["revision"] for table in (model.TICKETS, model.NOTES) for row in rows(desk, table)]
    assert len(used) == len(set(used))
    desk.world.close()


def test_the_special_tickets_are_what_they_promise(desk: Desk) -> None:
    count = {id_: desk.get(f"/tickets/{id_}/Notes/0/0").json["Count"] for id_ in (103, 104, 105)}
    assert count == {103: 25, 104: 20, 105: 6}
    assert [desk.get(f"/tickets/{id_}").status for id_ in (110, 111, 123, 135, 136)] == [200, 404, 404, 404, 200]
    assert "103" in desk.get("/tickets/109").ticket
    assert desk.get("/tickets/106").ticket["4"] == 3
    assert desk.get("/tickets/107").ticket["12"] == "2025-10-25T23:30:00.0000000Z"
    assert desk.get("/tickets/137").ticket["22"] == 'Quotes " and <angles> & C++ 100% ä€𝄞\r\n'
    assert desk.get("/tickets/101").ticket["39"] == desk.get("/tickets/102").ticket["39"]


def test_small_recipes_are_what_they_promise(make_desk: Any) -> None:
    desk = make_desk("gap")
    assert [desk.get(f"/tickets/{id_}").status for id_ in (1, 2, 26, 27, 28)] == [200, 404, 404, 200, 404]
    assert desk.post("/tickets", {"Properties": {}}).ticket["1"] == 28
    desk.world.close()
    desk = make_desk("notes")
    count = {id_: desk.get(f"/tickets/{id_}/Notes/0/0?SystemNote=true").json["Count"] for id_ in (1, 2, 3)}
    assert count == {1: 20, 2: 25, 3: 7}
    assert len(rows(desk, model.TICKETS)) == 3
    desk.world.close()


def test_a_file_goes_on_where_it_was(make_desk: Any, tmp_path: Path) -> None:
    desk = make_desk("demo:14", store=tmp_path / "desk.db")
    desk.admin("rename label", field="22", label="Title")
    token, made = desk.token("demo"), desk.post("/tickets", {"Properties": {"22": "kept"}}).ticket["1"]
    desk.world.close()
    again = make_desk("demo:14", store=tmp_path / "desk.db")
    again.tokens["demo"] = token
    reply = again.get(f"/tickets/{made}")
    assert (reply.ticket["22"], reply.json["Tickets"]["22"]["DisplayName"]) == ("kept", "Title")
    assert again.login().json["access_token"] != token
    assert again.post("/tickets", {"Properties": {}}).ticket["1"] == made + 1
    again.world.close()


def test_statements_compile_for_postgresql() -> None:
    statements = [
        model._MARK,
        model._TICKET,
        model._ASSIGNMENT,
        *model._NOTE.values(),
        model._NUMBER,
        model._ENTRIES,
        workflow._OPEN,
        *reading._NOTE_PAGES.values(),
        searching._COUNT,
        searching._NUMBERS,
        files._COUNT,
        files._PAGE,
        files._ONE,
        assignments._OF_TICKET,
        assignments._SUCCESSORS,
        assignments._PREDECESSORS,
        assigning._NEXT,
        sa.insert(model.TICKETS),
        sa.insert(model.NOTES),
    ]
    for statement in statements:
        assert str(statement.compile(dialect=postgresql.dialect()))
    for table in model.METADATA.sorted_tables:
        assert str(sa.schema.CreateTable(table).compile(dialect=postgresql.dialect()))


def test_the_decimals_and_durations_of_net() -> None:
    assert [fields.decimal_text(each) for each in (0, 10_000, -5_000, 1, 12_345_600)] == [
        "0.0",
        "1.0",
        "-0.5",
        "0.0001",
        "1234.56",
    ]
    assert fields.time_text(fields.EARLIEST) == "1753-01-01T00:00:00.0000000Z"
    assert fields.seconds("1.00:00:01") == (86_401, False)
