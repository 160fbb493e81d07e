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


@rule("get_tickets.address.slashes")
@pytest.mark.parametrize(
    "path", ["//API//default.aspx", "/readydesk//API/", "///api///DEFAULT.aspx", "//readydesk/API//"]
)
def test_slashes_in_a_row_are_one(desk: Desk, path: str) -> None:
    assert desk.ask(f"{ME}&tid=34", path=path).tids == [34]
    assert desk.ask(f"{ME}&tid=34", path=f"/none/{path}").status == 404


@rule("get_tickets.address.slashes")
@pytest.mark.parametrize(
    ("path", "moved"), [("/API", "/API/"), ("/readydesk/api", "/readydesk/api/"), ("//API", "/API/")]
)
def test_the_folder_is_redirected_to_its_slash_with_the_query(desk: Desk, path: str, moved: str) -> None:
    reply = desk.ask(f"{ME}&tid=34&order=tid%20DESC", path=path)
    assert reply.status == 301
    assert reply.headers["Location"] == f"{moved}?{ME}&tid=34&order=tid%20DESC"
    assert desk.ask(reply.headers["Location"].partition("?")[2], path=moved).tids == [34]
    assert desk.ask(f"{ME}&tid=34", path="/helpdesk/API").status == 404


def _parts(*fields: tuple[str, str], name: str = 'name="{}"') -> bytes:
    parts = [f"--b\r\nContent-Disposition: form-data; {name.format(key)}\r\n\r\n{value}\r\n" for key, value in fields]
    return "".join([*parts, "--b--\r\n"]).encode()


@rule("get_tickets.address.url")
def test_a_multipart_form_is_read_like_any_other(desk: Desk) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}

    def post(body: bytes, query: str = "") -> Any:
        return desk.ask(query, method="POST", headers=headers, body=body)

    asked = (("key", "demo-key"), ("Action", "get_tickets"), ("tid", "*"), ("cid", "c+p%20 plus"), ("count_only", "Y"))
    assert post(_parts(*asked)).count == desk.get(tid="*", cid="c+p%20 plus", count_only="Y").count
    assert post(_parts(("tid", "9"), ("key", "other-key")), f"{ME}&tid=34").tids == [34], "the query wins"
    assert post(_parts(*asked[:2], ("tid", "34"), ("TID", "9"))).error == "Invalid tid"
    file = b'--b\r\nContent-Disposition: form-data; name="tid"; filename="x"\r\n\r\n9\r\n--b--\r\n'
    assert post(file, ME).error == "Invalid tid", "a file is no field"
    assert post(b"--b\r\nnonsense", f"{ME}&tid=34").tids == [34]
    many = _parts(*((f"n{number}", "") for number in range(1100)))
    assert post(many, f"{ME}&tid=34").status == 500
