"""Every error in every format and with both kinds of status."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers import registry

Desk = Any
rule = pytest.mark.rule
FORMATS = ("xml", "json", "delimited")
ME = "key=demo-key&action=get_tickets"

CASES = [
    ("action=get_tickets&tid=1", "Invalid+API+key", 401, "key"),
    ("key=demo-key&tid=1", "Unknown+action", 400, "action"),
    ("key=demo-key&action=get_nothing&tid=1", "Unknown+action", 400, "action"),
    ("key=demo-key&action=GET_TICKETS&tid=1", "Unknown+action", 400, "action"),
    (f"{ME}", "Invalid+tid", 400, "tid"),
    (f"{ME}&tid=x", "Invalid+tid", 400, "tid"),
    (f"{ME}&tid=1,2", "Invalid+tid", 400, "tid"),
    (f"{ME}&tid=3*", "Invalid+tid", 400, "tid"),
    (f"{ME}&tid=*&count=x", "Invalid+count", 400, "number"),
    (f"{ME}&start_tid=x", "Invalid+start_tid", 400, "number"),
    (f"{ME}&end_tid=x", "Invalid+end_tid", 400, "number"),
    (f"{ME}&tid=*&count=1&page=0", "Invalid+page", 400, "number"),
    (f"{ME}&start_date=x", "Invalid+start_date", 400, "date"),
    (f"{ME}&end_date=x", "Invalid+end_date", 400, "date"),
    (f"{ME}&due_date=x", "Invalid+due_date", 400, "date"),
    (f"{ME}&tid=*&page=1", "page+requires+tid%3d*+and+count", 400, "page"),
    (f"{ME}&tid=*&order=x", "Invalid+order", 400, "order"),
    (f"{ME}&tid=*&order=tid+ASC&order_direction=DESC", "Invalid+order", 400, "order"),
    (f"{ME}&tid=*&order_direction=x", "Invalid+order_direction", 400, "order_direction"),
    (f"{ME}&tid=*&count_only=x", "Invalid+count_only", 400, "count_only"),
]


@rule("get_tickets.error.form")
@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("error_status", ["200", "4xx"])
def test_every_error(make_desk: Any, format: str, error_status: str) -> None:
    desk = make_desk("demo:20", output_format=format, error_status=error_status)
    shapes = {
        "xml": '<?xml version="1.0"?><response><error>{}</error></response>',
        "json": '{{"response":[{{"error":"{}"}}]}}',
        "delimited": "error={}",
    }
    for query, text, status, kind in CASES:
        reply = desk.ask(query)
        assert reply.text == shapes[format].format(text), query
        assert reply.status == (status if error_status == "4xx" else 200), query
        assert (reply.entry.outcome, reply.entry.refusal) == ("refused", kind), query
        assert "get_tickets.error.form" in reply.entry.rules


@pytest.mark.parametrize(
    ("query", "because"),
    [
        ("tid=3*", "get_tickets.tid.no_pattern"),
        ("tid=34,35", "get_tickets.tid.no_list"),
        ("tid=x", "get_tickets.tid.exact_or_star"),
        ("", "get_tickets.tid.missing"),
        ("status=", "get_tickets.tid.missing"),
        ("count=5", "get_tickets.tid.missing"),
        ("count_only=Y", "get_tickets.tid.missing"),
        ("order=TID", "get_tickets.tid.missing"),
    ],
)
def test_the_journal_tells_apart_what_the_vendor_calls_an_invalid_tid(desk: Desk, query: str, because: str) -> None:
    reply = desk.ask(f"{ME}&{query}")
    assert reply.error == "Invalid tid"
    assert reply.entry.refused_by == because


@rule("get_tickets.error.form", "get_tickets.wire.format_choice")
@pytest.mark.parametrize("format", FORMATS)
def test_the_asked_format_holds_for_errors_too(desk: Desk, format: str) -> None:
    begins = {"xml": "<?xml", "json": "{", "delimited": "error="}[format]
    for query in ("key=wrong", "key=demo-key&action=get_tickets&tid=x", "key=demo-key&action=get_assets"):
        assert desk.ask(f"{query}&output={format}").text.startswith(begins)


def test_errors_come_in_the_tenants_format_once_the_key_is_known(desk: Desk) -> None:
    desk.world.installation("get_tickets").switch({"output_format": "json"}, "demo")
    assert desk.get(tid="x").text.startswith("{")
    assert desk.get(key="other-key", tid="x").text.startswith("<?xml")
    assert desk.get(key="wrong", tid="x").text.startswith("<?xml")


@rule("get_tickets.error.form", "get_tickets.count.all_matches")
def test_the_number_in_each_format(make_desk: Any) -> None:
    desk = make_desk("demo:12")
    assert desk.get(tid="*", count_only="Y").text == '<?xml version="1.0"?><response><count>12</count></response>'
    assert desk.get(tid="*", count_only="Y", output="json").text == '{"response":[{"count":"12"}]}'
    assert desk.get(tid="*", count_only="Y", output="delimited").text == "count=12"


@rule("get_tickets.address.other_action")
@pytest.mark.parametrize("action", ["add_customer", "get_schedules", "get_assets"])
def test_known_actions_that_are_not_emulated(desk: Desk, action: str) -> None:
    reply = desk.ask(f"key=demo-key&action={action}&tid=*")
    assert (reply.error, reply.status, reply.entry.outcome) == ("Action not available", 200, "unsupported")
    desk.switch(error_status="4xx")
    assert desk.ask(f"key=demo-key&action={action}&tid=*").status == 400
    assert desk.ask(f"key=wrong&action={action}&tid=*").error == "Invalid API key"


@rule("get_tickets.address.action")
def test_the_action_is_spelt_exactly(desk: Desk) -> None:
    desk.get(tid=34)
    assert desk.ask("key=demo-key&action=tickets&tid=34").error == "Unknown action"


@pytest.mark.parametrize("kind", list(registry.emulator("get_tickets").refusals))
def test_every_refusal_can_be_planned_as_a_fault(desk: Desk, kind: str) -> None:
    desk.switch(error_status="4xx")
    desk.world.faults.add("refuse", {"refusal": kind}, vendor="get_tickets")
    reply = desk.get(tid=34)
    assert 400 <= reply.status < 500
    assert reply.error
    assert "{" not in reply.error
    assert reply.entry.outcome == "fault"
    assert desk.get(tid=34).tids == [34]


@pytest.mark.parametrize("fault", ["fail", "rollback"])
def test_a_breakdown_is_the_servers_own_page(desk: Desk, fault: str) -> None:
    desk.world.faults.add(fault, vendor="get_tickets", operation="tickets.get")
    reply = desk.get(tid=34)
    assert (reply.status, reply.media, reply.entry.outcome) == (500, "text/html; charset=utf-8", "fault")
    assert "Runtime Error" in reply.text
