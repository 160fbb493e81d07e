"""What ASP.NET and the web server do, whatever the API wants."""

from __future__ import annotations

from typing import Any

import pytest

Desk = Any
rule = pytest.mark.rule
ME = "key=demo-key&action=get_tickets"


@rule("get_tickets.address.url")
@pytest.mark.parametrize("path", ["/API/", "/readydesk/API/", "/READYDESK/api/Default.ASPX", "/api/default.aspx"])
def test_both_addresses_in_both_folders_in_any_case(desk: Desk, path: str) -> None:
    usual, other = (desk.ask(f"{ME}&tid=34", path=each) for each in ("/API/default.aspx", path))
    assert usual.tids == other.tids == [34]
    assert "get_tickets.address.url" not in usual.entry.rules


@rule("get_tickets.address.url")
def test_other_folders_are_not_there(desk: Desk) -> None:
    assert desk.ask(f"{ME}&tid=34", path="/helpdesk/API/").status == 404
    desk.switch(folder="/helpdesk")
    assert desk.ask(f"{ME}&tid=34", path="/HelpDesk/API/").tids == [34]
    assert desk.ask(f"{ME}&tid=34", path="/API/").status == 404
    assert desk.ask(f"{ME}&tid=34", path="/API/").entry.outcome == "unmatched"


@rule("get_tickets.framework.names")
def test_names_have_no_case_and_repeated_ones_are_joined(desk: Desk) -> None:
    assert desk.ask("KEY=demo-key&Action=get_tickets&TID=34").tids == [34]
    assert desk.ask(f"{ME}&tid=34&tid=9").error == "Invalid tid"
    assert desk.ask(f"{ME}&tid=*&Status=Open&status=Closed").tids == []
    desk.switch(tid_list="accept")
    assert desk.ask(f"{ME}&tid=34&Tid=9").tids == [9, 34]


@rule("get_tickets.framework.blank")
def test_plus_and_percent_20_are_both_a_blank(desk: Desk) -> None:
    down = desk.get(tid="*", order="tid DESC").tids
    for blank in ("+", "%20"):
        assert desk.ask(f"{ME}&tid=*&order=tid{blank}DESC").tids == down
    assert desk.ask(f"{ME}&cid=c%2Bp%2520+plus").tids == desk.ask(f"{ME}&cid=C%2bP%2520%20PLUS").tids != []


REPLACED = [
    pytest.param(bad, marks=rule("get_tickets.framework.blank")) for bad in ("%ff%fe", "%c3%28", "%u00e4%ud800")
]


@pytest.mark.parametrize("bad", [*REPLACED, "%zz", "%00", "%", "%u12"])
def test_what_is_no_utf_8_is_read_all_the_same(desk: Desk, bad: str) -> None:
    reply = desk.ask(f"{ME}&tid=*&status={bad}&keyword={bad}&start_cid={bad}&end_cid={bad}")
    assert reply.error is None
    assert reply.tids == []


def test_percent_u_is_a_character(desk: Desk) -> None:
    assert desk.ask(f"{ME}&keyword=m%u00fcller%20%26").tids == desk.get(keyword="müller &").tids != []


@rule("get_tickets.framework.query_limit")
def test_a_long_query_gets_the_servers_page(desk: Desk) -> None:
    at_limit = f"{ME}&tid=34&x="
    at_limit += "y" * (2048 - len(at_limit))
    assert desk.ask(at_limit).tids == [34]
    reply = desk.ask(at_limit + "y")
    assert (reply.status, reply.media) == (400, "text/html; charset=utf-8")
    assert (reply.entry.outcome, reply.entry.refusal) == ("refused", "query_limit")
    desk.switch(query_limit="off")
    assert desk.ask(at_limit + "y" * 9000).tids == [34]


@rule("get_tickets.framework.dangerous_values")
@pytest.mark.parametrize("value", ["%3Cscript>", "a<b", "<!x", "</x", "%26%23", "<%3Fx"])
def test_dangerous_values_get_a_500_page(desk: Desk, value: str) -> None:
    reply = desk.ask(f"{ME}&tid=34&anything={value}")
    assert (reply.status, reply.media) == (500, "text/html; charset=utf-8")
    assert (reply.entry.outcome, reply.entry.refusal) == ("refused", "dangerous_value")
    desk.switch(dangerous_values="allow")
    assert desk.ask(f"{ME}&tid=34&anything={value}").tids == [34]


@pytest.mark.parametrize("value", ["<", "1<2", "a+<+b", "%26+%23", "%26"])
def test_harmless_signs_pass(desk: Desk, value: str) -> None:
    assert desk.ask(f"{ME}&tid=34&anything={value}").tids == [34]


@rule("get_tickets.framework.most_variables")
def test_more_than_a_thousand_variables(desk: Desk) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = b"&".join(b"a%d=1" % n for n in range(1001))
    reply = desk.ask(f"{ME}&tid=34", method="POST", headers=form, body=body)
    assert (reply.status, reply.entry.refusal) == (500, "most_variables")
    assert desk.ask(f"{ME}&tid=34", method="POST", headers=form, body=body.rpartition(b"&")[0]).tids == [34]


@rule("get_tickets.address.url")
def test_a_form_fills_what_the_query_lacks(desk: Desk) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    body = b"key=demo-key&ACTION=get_tickets&tid=9"
    assert desk.ask("", method="POST", headers=form, body=body).tids == [9]
    assert desk.ask("tid=34", method="POST", headers=form, body=body).tids == [34]
    assert (
        desk.ask("", method="POST", headers={"Content-Type": "application/json"}, body=body).error == "Invalid API key"
    )


def test_other_verbs(desk: Desk) -> None:
    for verb in ("PUT", "DELETE", "PATCH", "TRACK"):
        reply = desk.ask(f"{ME}&tid=34", method=verb)
        assert (reply.status, reply.headers["Allow"]) == (405, "GET, HEAD, POST")
    assert desk.ask("", method="OPTIONS").headers["Allow"] == "OPTIONS, GET, HEAD, POST"
    assert desk.ask(f"{ME}&tid=34", method="HEAD").status == 200


def test_a_value_without_a_name_is_no_variable(desk: Desk) -> None:
    reply = desk.ask(f"{ME}&tid=34&flag&&=x")
    assert reply.tids == [34]
    assert desk.ask(f"{ME}&tid=34&flag").entry.notes == []


def test_single_surrogates_in_a_query_become_replacement_characters(desk: Desk) -> None:
    tid = desk.create(subject="bad \ufffd here")
    assert desk.ask(f"{ME}&keyword=bad+\udcff+here").tids == [tid]
    assert desk.ask(f"{ME}&keyword=bad+%ud800+here").tids == [tid]
