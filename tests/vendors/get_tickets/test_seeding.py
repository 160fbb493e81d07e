"""What fresh installations hold."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

Desk = Any


def test_the_special_tickets(desk: Desk) -> None:
    tickets = {each["tid"]: each for each in desk.all()}
    assert len(tickets) == 300
    assert {9, 34, 100} <= set(tickets)
    assert not {41, 42, 43} & set(tickets)
    assert tickets[9]["subject"] == "C++ 100%25"
    assert (tickets[9]["date_opened"], tickets[34]["date_opened"]) == ("2014-04-05T00:15:00Z", "2014-04-13T13:00:00Z")
    assert tickets[38]["date_opened"].startswith("2026-02-28")
    assert tickets[38]["date_closed"] == "2026-03-02T10:00:00Z"
    months = {each["date_opened"][5:7] for each in tickets.values()}
    assert {"09", "10"} <= months
    assert {"adam", "Jack", "jones", "kim", "c+p%20 plus"} <= {each["cid"] for each in tickets.values()}
    assert {each["source"] for each in tickets.values()} == {"WEBSITE", "EMAIL", "PHONE"}
    assert {"guest", "jCarter"} <= {each["assigned_tech"] for each in tickets.values()}
    assert {"First Level", "Field Service"} <= {each["assigned_group_name"] for each in tickets.values()}
    assert any("," in each["custom_fields"].get("Remarks", "") for each in tickets.values())
    assert any("@" in each["cc_addresses"] for each in tickets.values())


@pytest.mark.parametrize("rows", [0, 1, 5, 9, 10, 20, 27, 120])
def test_a_recipe_has_as_many_tickets_as_it_says(make_desk: Any, rows: int) -> None:
    desk = make_desk(f"demo:{rows}")
    tickets = {each["tid"]: each for each in desk.all()}
    assert len(tickets) == rows
    assert all(each["merged_to"] in {None, *tickets} for each in tickets.values())
    assert all(each["parent_ticket"] in {0, *tickets} for each in tickets.values())
    assert len(desk.get(key="other-key", tid="*").tids) == 20


def test_an_empty_installation_answers_its_key(empty: Desk) -> None:
    assert empty.get(tid="*").text == '<?xml version="1.0"?><tickets></tickets>'
    assert empty.get(key="other-key", tid="*").tids == []
    assert empty.create() == 1


def test_dates_lie_before_the_worlds_birth(desk: Desk) -> None:
    for ticket in desk.all():
        assert ticket["date_opened"] <= ticket["last_updated"] <= "2026-03-02T10:00:00Z"
        assert ticket["date_closed"] is None or ticket["date_opened"] <= ticket["date_closed"] <= "2026-03-02T10:00:00Z"


def test_same_seed_same_bytes(make_desk: Any) -> None:
    texts = [make_desk("demo:60", seed=seed).get(tid="*", output="json").text for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


def test_an_early_birth_is_possible(make_desk: Any) -> None:
    assert len(make_desk("demo:30", now="2014-05-01T00:00:00Z").get(tid="*").tids) == 30


def test_loading_the_vendor_loads_neither_flask_nor_faker() -> None:
    code = (
        "import sys; from mockservers import registry; registry.emulator('get_tickets'); "
        "print(sorted({'flask', 'werkzeug', 'faker', 'lxml', 'aiohttp'} & set(sys.modules)))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
