"""What fresh installations hold."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from tests.vendors.superoffice.conftest import OTHER

Desk = Any


def test_the_special_tickets(desk: Desk) -> None:
    tickets = {each["TicketId"]: each for each in desk.all()}
    assert len(tickets) == 299  # one of the 300 was deleted more than 14 days ago
    assert {439, 829, 1234} <= set(tickets)
    assert (tickets[3]["CreatedAt"], tickets[4]["CreatedAt"]) == ("2024-10-27T00:30:00Z", "2024-10-27T01:30:00Z")
    assert {tickets[1]["CreatedAt"][5:7], tickets[2]["CreatedAt"][5:7]} == {"01", "07"}
    assert tickets[39]["LastChanged"] == tickets[40]["LastChanged"]
    assert {each["BaseStatus"] for each in tickets.values()} >= {
        "Active",
        "Closed",
        "Postponed",
        "Deleted",
        "Merged",
        "Spam",
    }
    assert {each["ConnectId"] for each in tickets.values()} >= {-1, 0, 439}
    assert [tickets[id_]["TableRight"] for id_ in (41, 42, 43)] == [None, {}, {"Mask": "FULL", "Reason": ""}]


@pytest.mark.parametrize("rows", [0, 1, 5, 53, 55, 56, 120])
def test_a_recipe_has_as_many_tickets_as_it_says(make_desk: Any, rows: int) -> None:
    desk = make_desk(f"demo:{rows}", deleted_days=36500)
    tickets = {each["TicketId"]: each for each in desk.all()}
    assert len(tickets) == rows
    assert all(each["ConnectId"] in {-1, 0, 439, *tickets} for each in tickets.values())
    assert len(desk.all("Cust67890")) == 20


def test_an_empty_installation_answers_its_users(empty: Desk) -> None:
    assert empty.tickets(1, 439).text == "[]"
    assert empty.tickets(1, login=OTHER).text == "[]"
    assert empty.create() == 1
    assert empty.tickets(1).ids == [1]


def test_values_of_a_ticket_fit_together(desk: Desk) -> None:
    for ticket in desk.all():
        assert ticket["CreatedAt"] <= ticket["LastChanged"] <= "2026-03-02T10:00:00Z"
        assert ticket["RealTimeToReply"] >= ticket["TimeToReply"]
        assert ticket["RealTimeToClose"] >= ticket["TimeToClose"]
        assert ticket["RealTimeSpentInternally"] >= ticket["TimeSpentInternally"]
        assert ticket["NumMessages"] >= ticket["NumReplies"]
        listed = desk.get(f"Ticket/{ticket['TicketId']}/Messages").json["value"]
        assert len(listed) == ticket["NumMessages"]
        assert sum(each["timeSpent"] for each in listed) == ticket["TimeSpent"]


def test_same_seed_same_bytes(make_desk: Any) -> None:
    texts = [make_desk("demo:90", seed=seed).tickets(*range(1, 100)).text for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


def test_an_early_birth_is_possible(make_desk: Any) -> None:
    desk = make_desk("demo:70", now="2014-05-01T00:00:00Z", deleted_days=36500)
    assert len(desk.all()) == 70
    assert all(each["CreatedAt"] <= "2014-05-01T00:00:00Z" for each in desk.all())


def test_a_file_goes_on(make_desk: Any, tmp_path: Any) -> None:
    path = tmp_path / "desk.db"
    desk = make_desk("demo:60", store=path)
    token = desk.administer("log in", user="demo@demo.example", kind="Bearer")["token"]
    id_ = desk.create(Title="kept")
    desk.world.close()
    again = make_desk("demo:60", store=path)
    assert again.tickets(id_, login=f"Bearer {token}").json[0]["Title"] == "kept"
    assert again.create() == id_ + 1
    again.world.close()


def test_checkpoints_and_rollbacks_leave_nothing_behind(desk: Desk) -> None:
    assert desk.ticket(1)["Title"] == "In winter"
    desk.world.checkpoint("x")
    desk.act("change", id="1", fields={"Title": "changed"})
    assert desk.ticket(1)["Title"] == "changed"
    desk.world.restore("x")
    assert desk.ticket(1)["Title"] == "In winter"
    desk.world.faults.add("rollback", vendor="superoffice", operation="SaveTicketEntity")
    broken = desk.call("SaveTicketEntity", {"TicketId": 1, "Title": "lost"})
    assert (broken.status, broken.json["ErrorType"], broken.entry.outcome) == (500, "SoException", "fault")
    for wanted in ("unauthorized", "forbidden", "bad_request", "misdirected", "throttled", "maintenance"):
        desk.world.faults.add("refuse", {"refusal": wanted}, vendor="superoffice")
    assert [desk.tickets(1).status for _ in range(7)] == [401, 403, 400, 421, 429, 503, 200]
    assert desk.ticket(1)["Title"] == "In winter"
    assert desk.call("SaveTicketEntity", {"TicketId": 1, "Title": "kept"}).status == 200
    assert desk.ticket(1)["Title"] == "kept"


def test_loading_the_vendor_loads_neither_flask_nor_faker() -> None:
    code = (
        "import sys; from mockservers import registry; registry.emulator('superoffice'); "
        "print(sorted({'flask', 'werkzeug', 'faker', 'lxml', 'aiohttp'} & set(sys.modules)))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
