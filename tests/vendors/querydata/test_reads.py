"""Summary and Details, filters and their pairing, the warehouse, and what is visible to whom and when."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from lxml import etree

from tests.vendors.querydata.desk import CREATED, ID, LAST, Desk, between, day, envelope, equals, payload

NOW = day("09:55-10:05")


# --- two-step read ----------------------------------------------------------------------------------------------------


@pytest.mark.rule("querydata.summary.ids_only", "querydata.summary.order", "querydata.summary.shape")
def test_summary_holds_ids_as_integers_ascending(desk: Desk) -> None:
    made = [desk.create() for _ in range(5)]
    desk.act(made[1], "Add Notes")
    assert desk.text(payload("Summary", between(LAST, NOW))) == json.dumps(
        {"UtilisphereIDs": made}, separators=(",", ":")
    )


def test_shuffled_ids_are_the_same_ids(make: Callable[..., Desk]) -> None:
    desk = make({"id_order": "shuffled"})
    made = [desk.create() for _ in range(12)]
    found = desk.ids(NOW)
    assert sorted(found) == made
    assert found != made


@pytest.mark.parametrize(
    ("empty", "as_json", "as_xml"),
    [
        ("empty_list", '{"UtilisphereIDs":[]}', "<QueryData_V1><UtilisphereIDs /></QueryData_V1>"),
        ("missing_key", "{}", "<QueryData_V1 />"),
        ("null", '{"UtilisphereIDs":null}', "<QueryData_V1 />"),
    ],
)
def test_an_empty_summary(make: Callable[..., Desk], empty: str, as_json: str, as_xml: str) -> None:
    desk = make({"empty_summary": empty})
    assert desk.text(payload("Summary", between(LAST, NOW))) == as_json
    assert desk.text(payload("Summary", between(LAST, NOW), form="XML")) == as_xml
    made = desk.create()
    assert desk.ids(NOW) == [made]


def test_the_printed_fragment(make: Callable[..., Desk]) -> None:
    desk = make({"summary_shape": "fragment"})
    made = desk.create()
    assert desk.text(payload("Summary", between(LAST, NOW))) == f'"UtilisphereIDs":[{made}]}}'


@pytest.mark.rule("querydata.details.one_id", "querydata.id.text_in_filter", "querydata.details.content")
def test_details_of_one_id(desk: Desk) -> None:
    made = desk.create()
    (ticket,) = desk.details(made)
    assert ticket["UtilisphereID"] == made
    assert list(ticket)[:3] == ["UtilisphereID", "TicketNumber", "Version"]
    assert desk.error("Details", equals(made))[0] == "VALUE"
    assert desk.error("Details", equals([str(made)]))[0] == "VALUE"


@pytest.mark.rule("querydata.method.single")
def test_the_text_alone_decides_what_is_answered(desk: Desk) -> None:
    made = desk.create()
    assert list(desk.ask("Summary", between(LAST, NOW))) == ["UtilisphereIDs"]
    assert list(desk.ask("Details", equals(str(made)))) == ["Tickets"]


@pytest.mark.rule("querydata.details.one_id")
@pytest.mark.parametrize(
    "value", ["1,2,3", ["1"], [1, 2], "", " 508513041", "508513041 ", "5e8", "-5", "0x1", "٣", "1" * 26]
)
def test_anything_but_one_id_is_refused(desk: Desk, value: Any) -> None:
    assert desk.error("Details", equals(value))[0] == "VALUE"


@pytest.mark.rule("querydata.details.current_state")
def test_details_is_newer_than_the_window_that_named_the_id(desk: Desk) -> None:
    made = desk.create()
    assert desk.ids(NOW) == [made]
    desk.wait(1)
    desk.act(made, "Assign", to="Zoë")
    assert desk.details(made)[0]["AssignedTo"] == "Zoë"


@pytest.mark.rule("querydata.repeat.is_normal")
def test_the_same_ticket_is_delivered_again(desk: Desk) -> None:
    made = desk.create()
    assert desk.ids(NOW) == desk.ids(NOW) == [made]
    assert desk.details(made) == desk.details(made)


@pytest.mark.rule("querydata.visibility.tenant")
def test_unknown_ids_and_those_of_others(make: Callable[..., Desk]) -> None:
    desk = make(data="demo:40")
    theirs = desk.create(tenant="other-customer")
    for unknown in (theirs, 1, 0, 10**18, 2**63, 10**24):
        assert desk.details(unknown) == []
    assert theirs not in desk.ids("2026/03/01 00:00-2026/03/02 23:59")
    assert desk.details(theirs, code="OTHER-AUTH-CODE")[0]["UtilisphereID"] == theirs
    desk.switch(unknown_id="error")
    code, message = desk.error("Details", equals(str(theirs)))
    assert code == "VALUE"
    assert "no ticket" in message


def test_xml_is_the_same_tree(desk: Desk) -> None:
    made = desk.create(fields={"Remarks": 'a < b & "c" ü', "Geometry": None})
    desk.act(made, "Add Complete Response", comment="done\r\n\x07")
    (ticket,) = desk.details(made)
    root = etree.fromstring(desk.text(payload("Details", equals(str(made)), form="XML")))
    (element,) = root.findall("Tickets/Ticket")
    assert (root.tag, root[0].tag) == ("QueryData_V1", "Tickets")
    assert [child.tag for child in element] == [name for name, value in ticket.items() if value is not None]
    assert element.findtext("Remarks") == ticket["Remarks"]
    assert element.findtext("IsNewestVersion") == "true"
    assert element.findtext("Excavator/CompanyName") == ticket["Excavator"]["CompanyName"]
    assert len(element.findall("Members/Member")) == len(ticket["Members"])
    assert element.findtext("Responses/Response/Comment") == "done\r\n\ufffd"
    assert len(element.findall("History/HistoryEntry")) == 2


@pytest.mark.rule("querydata.framework.escaped_once")
def test_the_answer_is_escaped_once(desk: Desk) -> None:
    remarks = 'Smith & Sons <North>, "Köln" &amp; more'
    made = desk.create(fields={"Remarks": remarks})
    sent = desk.http(envelope(json.dumps(payload("Details", equals(str(made)))))).reply_body.decode()
    assert "Smith &amp; Sons &lt;North&gt;" in sent
    assert "&amp;amp; more" in sent
    assert desk.details(made)[0]["Remarks"] == remarks


@pytest.mark.rule("querydata.details.times")
def test_times_inside_details(make: Callable[..., Desk]) -> None:
    desk = make({"details_time_format": "iso", "details_root": "Items"})
    made = desk.create()
    (ticket,) = desk.ask("Details", equals(str(made)))["Items"]
    assert ticket["CreateDate"] == "2026-03-02T10:00:00"
    desk.switch(details_time_format="page")
    assert desk.ask("Details", equals(str(made)))["Items"][0]["CreateDate"] == "2026/03/02 10:00:00"


def test_the_centres_text_is_the_same_for_every_reader(make: Callable[..., Desk]) -> None:
    desk = make({"time_zone": "America/New_York", "details_time_format": "iso"})
    made = desk.create()
    text = desk.details(made)[0]["TicketText"]
    assert text == desk.other("read", {"id": str(made)})["fields"]["TicketText"]
    desk.switch(time_zone="UTC")
    assert desk.details(made)[0]["TicketText"] == text


# --- filters ----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("querydata.filter.operations")
@pytest.mark.parametrize("operation", ["BETWEEN", "equals", "", None, 1])
def test_other_operations_are_refused(desk: Desk, operation: Any) -> None:
    code, message = desk.error("Summary", between(LAST, NOW) | {"Operation": operation})
    assert code == "REQUEST"
    assert "Operation" in message


@pytest.mark.rule("querydata.filter.never_empty")
@pytest.mark.parametrize("filters", [..., [], None])
def test_filters_are_never_empty(make: Callable[..., Desk], filters: Any) -> None:
    for dialect in ("default", "lenient"):
        assert make(dialect).error("Summary", Filters=filters)[0] == "REQUEST"


ALLOWED = {
    ("Summary", False, LAST),
    ("Details", False, ID),
    ("Summary", True, CREATED),
    ("Details", True, CREATED),
    ("Details", True, ID),
}
PAIRINGS = [
    pytest.param(*pairing, marks=() if pairing in ALLOWED else pytest.mark.rule("querydata.filter.pairing"))
    for pairing in product(("Summary", "Details"), (False, True), (LAST, ID, CREATED))
]


@pytest.mark.parametrize(("result", "warehouse", "field"), PAIRINGS)
def test_pairings(make: Callable[..., Desk], result: str, warehouse: bool, field: str) -> None:
    documented = (result, warehouse, field) in ALLOWED
    for dialect in ("default", "lenient"):
        desk = make({"strictness": "lenient", "warehouse_lag": 0} if dialect == "lenient" else {"warehouse_lag": 0})
        made = desk.create()
        condition = equals(str(made)) if field == ID else between(field, NOW)
        answer = desk.ask(result, condition, warehouse=warehouse)
        if not documented and dialect == "default":
            assert answer["Error"]["Code"] == "REQUEST"
            continue
        ids = answer["UtilisphereIDs"] if result == "Summary" else [each["UtilisphereID"] for each in answer["Tickets"]]
        assert ids == [made]
        assert ("filter.pairing" in desk.notes) == (not documented)


@pytest.mark.rule("querydata.filter.pairing")
def test_field_and_operation_belong_together(make: Callable[..., Desk]) -> None:
    for dialect in ("default", "lenient"):
        desk = make(dialect)
        assert desk.error("Summary", equals("1", field=LAST))[0] == "REQUEST"
        assert desk.error("Details", between(ID, NOW))[0] == "REQUEST"
        assert desk.error("Summary", between("Status", NOW))[0] == "REQUEST"


@pytest.mark.rule("querydata.filter.combined")
def test_several_filters_must_all_hold(make: Callable[..., Desk]) -> None:
    desk = make("lenient")
    desk.at("10:01")
    first = desk.create()
    desk.at("10:03")
    second = desk.create()
    wide, early = between(LAST, day("10:00-10:05")), between(LAST, day("09:50-10:02"))
    assert desk.ask("Summary", wide, early) == {"UtilisphereIDs": [first]}
    assert desk.ask("Summary", wide, between(CREATED, day("10:02-10:05"))) == {"UtilisphereIDs": [second]}
    assert desk.ask("Summary", wide, equals(str(second))) == {"UtilisphereIDs": [second]}
    assert desk.ask("Summary", early, between(LAST, day("10:03-10:05"))) == {"UtilisphereIDs": []}
    assert desk.ask("Details", equals(str(first)), equals(str(second))) == {"Tickets": []}


# --- warehouse --------------------------------------------------------------------------------------------------------


@pytest.mark.rule("querydata.warehouse.bulk", "querydata.warehouse.lag")
def test_the_warehouse_is_the_live_store_of_an_hour_ago(desk: Desk) -> None:
    made = desk.create()
    window = between(CREATED, NOW)
    desk.wait(1800)
    desk.act(made, "Assign", to="Ada")
    desk.wait(1799)
    assert desk.ask("Summary", window, warehouse=True) == {"UtilisphereIDs": []}
    desk.wait(1)
    assert desk.ask("Summary", window, warehouse=True) == {"UtilisphereIDs": [made]}
    (ticket,) = desk.ask("Details", window, warehouse=True)["Tickets"]
    assert ticket["AssignedTo"] is None
    desk.wait(1800)
    (ticket,) = desk.ask("Details", window, warehouse=True)["Tickets"]
    assert ticket["AssignedTo"] == "Ada"


@pytest.mark.rule("querydata.warehouse.details")
def test_a_load_takes_both_steps_at_the_warehouse(make: Callable[..., Desk]) -> None:
    desk = make({"retention_days": 30})
    made = desk.create()
    desk.wait(60 * 86_400)
    assert desk.ask("Summary", between(CREATED, NOW), warehouse=True) == {"UtilisphereIDs": [made]}
    assert desk.details(made) == []
    (ticket,) = desk.details(made, warehouse=True)
    assert ticket["UtilisphereID"] == made
    assert "warehouse.bulk" not in desk.notes
    assert desk.details(1, warehouse=True) == []
    literal = make({"warehouse_details": "create_date"})
    assert literal.error("Details", equals("1"), warehouse=True) == (
        "REQUEST",
        "Filter 1: Details from the warehouse takes CreateDate, not UtilisphereID.",
    )


@pytest.mark.rule("querydata.warehouse.slow")
def test_the_warehouse_is_slow_and_the_live_store_is_not(make: Callable[..., Desk]) -> None:
    desk = make()

    def delay(**more: Any) -> float:
        asked = payload("Summary", between(CREATED if more else LAST, NOW), **more)
        return desk.http(envelope(json.dumps(asked))).delay

    assert (delay(), delay(warehouse=True)) == (0.0, 0.4)
    desk.switch(warehouse_latency="2s")
    assert delay(warehouse=True) == 2.0
    desk.switch(warehouse_latency=0)
    assert delay(warehouse=True) == 0.0


@pytest.mark.rule("querydata.warehouse.bulk")
def test_polling_the_warehouse_is_noted(desk: Desk) -> None:
    desk.ids(NOW, field=CREATED, warehouse=True)
    assert "warehouse.bulk" not in desk.notes
    desk.wait(300)
    desk.ids(NOW, field=CREATED, warehouse=True)
    assert "warehouse.bulk" in desk.notes
    desk.wait(3600)
    desk.ids(NOW, field=CREATED, warehouse=True)
    assert "warehouse.bulk" not in desk.notes


@pytest.mark.rule("querydata.warehouse.agreed")
def test_large_loads_are_noted(make: Callable[..., Desk]) -> None:
    desk = make({"bulk_notice": 2, "warehouse_lag": "0s"})
    for _ in range(2):
        desk.create()
    desk.ids(NOW, field=CREATED, warehouse=True)
    assert "warehouse.agreed" not in desk.notes
    desk.create()
    desk.ids(NOW, field=CREATED, warehouse=True)
    assert "warehouse.agreed" in desk.notes


def test_bulk_details_come_in_one_answer(make: Callable[..., Desk]) -> None:
    desk = make({"warehouse_lag": 0}, data="demo:900")
    everything = "2020/01/01 00:00-2026/03/02 10:00"
    ids = desk.ids(everything, field=CREATED, warehouse=True)
    tickets = desk.ask("Details", between(CREATED, everything), warehouse=True)["Tickets"]
    assert len(ids) > 800
    assert [ticket["UtilisphereID"] for ticket in tickets] == ids
    assert tickets[100] == desk.details(ids[100])[0]


# --- visibility -------------------------------------------------------------------------------------------------------


@pytest.mark.rule("querydata.visibility.lag")
def test_an_action_shows_after_the_processing_lag(make: Callable[..., Desk]) -> None:
    desk = make({"processing_lag": "90s"})
    made = desk.create()
    assert desk.ids(NOW) == []
    assert desk.details(made) == []
    desk.wait(89.999999)
    assert desk.ids(NOW) == []
    desk.wait(0.000001)
    assert desk.ids(NOW) == [made]
    desk.act(made, "Assign", to="Ada")
    (ticket,) = desk.details(made)
    assert (ticket["LastAction"], ticket["AssignedTo"]) == ("Ticket Received", None)
    assert desk.other("read", {"id": str(made)})["fields"]["AssignedTo"] == "Ada", "the truth ignores the lag"


@pytest.mark.rule("querydata.visibility.lag")
def test_each_action_may_have_its_own_delay(desk: Desk) -> None:
    made = desk.create(delay=30)
    assert desk.ids(NOW) == []
    assert "visibility.lag" in desk.rules
    desk.wait(30)
    assert desk.ids(NOW) == [made]
    desk.act(made, "Add Notes", delay=600)
    desk.wait(60)
    desk.act(made, "Assign", to="Ada")
    (ticket,) = desk.details(made)
    assert [entry["Action"] for entry in ticket["History"]] == ["Ticket Received", "Assign"]
    desk.wait(600)
    (ticket,) = desk.details(made)
    assert [entry["Action"] for entry in ticket["History"]] == ["Ticket Received", "Add Notes", "Assign"]
    assert ticket["LastAction"] == "Assign"


@pytest.mark.rule("querydata.visibility.lag")
def test_a_just_closed_window_is_late_but_an_overlapping_one_is_not(make: Callable[..., Desk]) -> None:
    desk = make({"processing_lag": "60s"})
    desk.at("10:04:30")
    made = desk.create()
    desk.at("10:05")
    assert desk.ids(day("10:00-10:05")) == []
    desk.at("10:10")
    assert desk.ids(day("10:05-10:10")) == []
    assert desk.ids(day("10:03-10:10")) == [made]


@pytest.mark.rule("querydata.visibility.retention")
def test_retention(make: Callable[..., Desk]) -> None:
    desk = make({"retention_days": 60})
    made = desk.create()
    desk.wait(60 * 86400)
    assert desk.details(made) != []
    desk.wait(1)
    assert desk.details(made) == []
    assert desk.ids(NOW) == []
    assert desk.ids(NOW, field=CREATED, warehouse=True) == [made]


# --- limits -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("querydata.limit.ids")
def test_a_maximum_of_ids(make: Callable[..., Desk]) -> None:
    desk = make({"max_ids": 2})
    made = [desk.create() for _ in range(2)]
    assert desk.ids(NOW) == made
    desk.create()
    assert desk.error("Summary", between(LAST, NOW))[0] == "REQUEST"


@pytest.mark.rule("querydata.limit.rate")
def test_a_maximum_of_calls(make: Callable[..., Desk]) -> None:
    desk = make({"rate_limit": 3})
    for _ in range(3):
        desk.ids(NOW)
    assert desk.error("Summary", between(LAST, NOW))[0] == "REQUEST"
    assert 'clock/advance and {"by": 60}' in (desk.last.error or "")  # the clock is frozen: waiting does not help
    desk.wait(61)
    assert desk.ids(NOW) == []


@pytest.mark.rule("querydata.limit.rate")
def test_refused_calls_count(make: Callable[..., Desk]) -> None:
    desk = make({"rate_limit": 3})
    for _ in range(3):
        desk.ids(NOW)
    desk.wait(30)
    for _ in range(3):
        assert desk.error("Summary", between(LAST, NOW))[0] == "REQUEST"
    desk.wait(31)
    assert desk.error("Summary", between(LAST, NOW))[0] == "REQUEST"
    desk.wait(61)
    assert desk.ids(NOW) == []


def test_latency_grows_with_the_answer(make: Callable[..., Desk]) -> None:
    desk = make({"latency_per_id": 250})
    desk.ids(NOW)
    assert desk.last.exchange is not None
    assert desk.last.exchange.delay == 0
    for _ in range(3):
        desk.create()
    desk.ids(NOW)
    assert desk.last.exchange is not None
    assert desk.last.exchange.delay == 0.75
