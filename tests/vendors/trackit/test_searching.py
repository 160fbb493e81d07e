"""Searches: what finds a ticket, pages of results, excerpts, and the dialects in which there are none."""

from __future__ import annotations

from typing import Any

import pytest

Desk = Any


def found(desk: Desk, user: str = "demo", **body: Any) -> list[int]:
    """The numbers that a search tells."""
    return [each["1"] for each in desk.post("/searches", body, user).records("Results")]


@pytest.mark.rule("trackit.read.searches")
def test_tickets_by_number_summary_and_details(desk: Desk) -> None:
    reply = desk.post("/searches", {"Term": "PRINTER offline", "ModuleId": 24, "ResultFields": [1, 22, 96]})
    assert reply.json["Count"] == 1
    assert reply.records("Results") == [{"1": 101, "22": "Printer offline", "96": "Open"}]
    assert found(desk, Term=" it is the one on the SECOND floor ") == [101]
    assert found(desk, Term="109") == [109]
    assert found(desk, Term="nowhere at all") == []
    assert desk.post("/searches", {"Term": "printer", "Nonsense": 1}).findings == ["trackit.wire.body_members"]
    for body in (
        None,
        [],
        {"Term": 5},
        {"PageSize": "x"},
        {"PageSize": -1},
        {"ResultFields": {}},
        {"ResultFields": [True]},
    ):
        assert desk.post("/searches", body).status == 400
    assert desk.post("/searches", {}, "nobody").status == 403
    desk.switch(searches="unsupported")
    assert desk.post("/searches", {"Term": "printer"}).status == 501


@pytest.mark.rule("trackit.read.searches", "trackit.segregation.applies")
def test_what_is_hidden_is_not_found(desk: Desk) -> None:
    assert found(desk, Term="on the road") == [106]
    desk.admin("segregate")
    assert found(desk, Term="on the road") == []
    assert found(desk, "tech2", Term="on the road") == [106]


@pytest.mark.rule("trackit.search.empty_term")
def test_without_a_term_everything_is_found(desk: Desk) -> None:
    everything = [each["1"] for each in desk.all()]
    assert found(desk) == found(desk, Term="  ") == found(desk, Term=None) == everything
    desk.switch(empty_term="reject")
    assert desk.post("/searches", {"Term": " "}).status == 400
    assert found(desk, Term="printer offline") == [101]


@pytest.mark.rule("trackit.search.pages")
def test_pages_of_results(desk: Desk) -> None:
    everything = found(desk)
    assert found(desk, PageSize=5, PageNumber=0) == found(desk, PageSize=0, PageNumber=2) == everything
    assert found(desk, PageSize=5, PageNumber=2) == everything[5:10]
    assert found(desk, PageSize=5, PageNumber=99) == []
    reply = desk.post("/searches", {"PageSize": 5, "PageNumber": 1})
    assert reply.json["Count"] == len(everything)
    desk.switch(search_most=3, count_meaning="page")
    assert found(desk) == found(desk, PageSize=50, PageNumber=1) == everything[:3]
    assert found(desk, PageSize=50, PageNumber=2) == everything[3:6]
    assert desk.post("/searches", {"PageSize": 5, "PageNumber": 1}).json["Count"] == 3


@pytest.mark.rule("trackit.search.excerpt")
def test_excerpts_of_texts(desk: Desk) -> None:
    def told(longest: int) -> Any:
        (record,) = desk.post(
            "/searches", {"Term": "101", "MaxContentLength": longest, "ResultFields": [7, 12, 22]}
        ).records("Results")
        return record["22"], record["7"], len(record["12"])

    assert told(7) == ("Printer", "It is t", 28)
    assert told(-1) == told(0) == ("Printer offline", "It is the one on the second floor", 28)


@pytest.mark.rule("trackit.search.module")
def test_a_published_client_numbers_tickets_one(desk: Desk) -> None:
    search = {"Term": "printer offline", "ResultFields": [1]}
    same = [desk.post("/searches", {**search, "ModuleId": module}) for module in (1, 24)]
    assert [each.status for each in same] == [200, 200]
    assert same[0].json == same[1].json
    desk.switch(search_module="24")
    assert desk.post("/searches", {**search, "ModuleId": 1}).status == 501
    assert desk.post("/searches", {**search, "ModuleId": 24}).status == 200


@pytest.mark.rule("trackit.address.not_emulated")
def test_other_modules_are_not_searched(desk: Desk) -> None:
    assert desk.post("/searches", {"ModuleId": 9}).status == 501


def test_what_a_search_tells_of_a_ticket_is_kept_by_revision_and_never_stale(desk: Desk) -> None:
    def told(*fields: int) -> dict[str, Any]:
        listed = desk.post("/searches", {"ResultFields": [1, *fields]}).json["Results"]
        return next(each for each in listed if each["1"]["Value"] == 101)

    for turn in range(3):
        before = told(2, 22, 175)
        desk.advance(60)
        desk.act("act", id=101, action="update", fields={"22": f"turn {turn}"})
        after = told(2, 22, 175)
        assert after["22"]["Value"] == f"turn {turn}"
        assert after["2"]["Value"] > before["2"]["Value"]
        assert told(22).keys() == {"1", "22"}  # what one search wants is not what another wants
    desk.act("act", id=101, action="note", text="seen")
    assert told(175) != {"1": before["1"], "175": before.get("175")}
    desk.admin("enter", list="requestor", entry=1, facts={"phone": "new"})
    assert told(39)["39"]["Value"] == "new"
    desk.admin("rename label", field="22", label="Titel")
    assert told(22)["22"]["DisplayName"] == "Titel"
    desk.world.checkpoint("here")
    desk.act("act", id=101, action="update", fields={"22": "later"})
    assert told(22)["22"]["Value"] == "later"
    desk.world.restore("here")
    desk.tokens.clear()
    assert told(22)["22"]["Value"] == "turn 2"
