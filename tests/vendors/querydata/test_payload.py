"""Access and the shape of the payload: AuthCode, root, members and their types, strict and lenient."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from mockservers.kernel.redaction import mask
from mockservers.vendors.querydata.emulator import EMULATOR
from tests.vendors.querydata.desk import LAST, Desk, between, day, envelope, equals, payload

WINDOW = between(LAST, day("09:55-10:00"))


# --- access -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("querydata.auth.every_call")
@pytest.mark.parametrize("code", [..., "", None, 5, "wrong-code", "demo-auth-code", ["DEMO-AUTH-CODE"]])
@pytest.mark.parametrize("result", ["Summary", "Details"])
def test_every_call_needs_a_valid_code(desk: Desk, code: Any, result: str) -> None:
    assert desk.error(result, WINDOW, code=code) == ("AUTH", "AuthCode is not authorized.")
    assert desk.last.outcome == "refused"


@pytest.mark.rule("querydata.auth.every_call")
def test_codes_can_be_revoked_and_expire(desk: Desk) -> None:
    tenants = desk.world.installation("querydata").tenants
    tenants.credentials[0].revoked = desk.world.clock.now() + 60_000_000
    assert desk.ask("Summary", WINDOW) == {"UtilisphereIDs": []}
    desk.wait(60)
    assert desk.error("Summary", WINDOW)[0] == "AUTH"


@pytest.mark.parametrize(
    "written",
    [
        "{'AuthCode': 'REAL-ONE'}",
        '{AuthCode: "REAL-ONE"}',
        "{AuthCode: REAL-ONE}",
        '{"AuthCode": ["REAL-ONE", "REAL-ONE"]}',
        '{"AuthCode": {"value": "REAL-ONE"}}',
        '{"Auth_Code":"REAL-ONE"}',
        '{"AUTHCODE" : "REAL-ONE',
        '"{\\"AuthCode\\": \\"REAL-ONE\\"}"',
        "json=%7B%27AuthCode%27%3A+%27REAL-ONE%27%7D",
        "{&apos;AuthCode&apos;: &apos;REAL-ONE&apos;}",
        "<AuthCode xsi:type='xsd:string'>REAL-ONE</AuthCode>",
        "&lt;AuthCode&gt;REAL-ONE&lt;/AuthCode&gt;",
        "/anywhere?a=1&AuthCode=REAL-ONE&b=2",
    ],
)
def test_codes_are_found_however_they_are_written(written: str) -> None:
    kept = mask(written + " tail", [], EMULATOR.secret_patterns)
    assert "REAL" not in kept
    assert "***" in kept


def test_masking_leaves_the_rest() -> None:
    text = '{"QueryData_V1":{"AuthCode":4711999,"ItemType":"Ticket"}}'
    assert mask(text, [], EMULATOR.secret_patterns) == text.replace("4711999", "***")


def test_codes_never_reach_the_journal(desk: Desk) -> None:
    for asked in (
        payload("Summary", WINDOW),
        payload("Summary", WINDOW, code="surely-wrong"),
        json.dumps(payload("Summary", WINDOW, code="surely-wrong"))[:-1],
        json.dumps(payload("Summary", WINDOW, code="abc")),
    ):
        text = asked if isinstance(asked, str) else json.dumps(asked)
        for body, more in (
            (envelope(text), {}),
            (envelope(text).replace('"', "&quot;"), {}),
            (envelope(text)[:-4], {}),
            ("json=" + text.replace('"', "%22"), {"tail": "/QueryData", "media": "application/x-www-form-urlencoded"}),
        ):
            desk.http(body, **more)
            kept = desk.last.exchange
            assert kept is not None
            for secret in (b"DEMO-AUTH-CODE", b"surely-wrong", b'"abc"', b"%22abc"):
                assert secret not in kept.body
                assert secret not in kept.reply_body


@pytest.mark.rule("querydata.address.hosts")
def test_hosts_share_data_unless_separate(make: Callable[..., Desk]) -> None:
    desk = make(data="demo:40")
    for host in ("www.irth.com", "cl.irth.com", "localhost"):
        assert "UtilisphereIDs" in desk.text(payload("Summary", WINDOW), host=host)
    desk.switch(hosts="separate")
    assert "UtilisphereIDs" in desk.text(payload("Summary", WINDOW), host="127.0.0.1:80")
    assert "AUTH" in desk.text(payload("Summary", WINDOW), host="cl.irth.com")
    other = payload("Summary", WINDOW, code="OTHER-AUTH-CODE")
    assert "UtilisphereIDs" in desk.text(other, host="CL.irth.com:443")
    assert "AUTH" in desk.text(other, host="www.irth.com")


# --- shape ------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("querydata.payload.root", "querydata.error.form")
@pytest.mark.parametrize("text", ["", "  ", "{", "nonsense", '{"a":NaN}', "[" * 100_000, "\ufeff{}"])
def test_broken_json(desk: Desk, text: str) -> None:
    said = json.loads(desk.text(text))["Error"]
    assert said["Code"] == "JSON"
    assert said["Message"].startswith("Payload is not valid JSON.")


@pytest.mark.parametrize("digits", [400, 5_000, 50_000])
def test_a_long_number_is_valid_json(desk: Desk, digits: int) -> None:
    for asked in (payload("Summary", equals("<>")), payload("<>", WINDOW), payload("Summary", WINDOW, code="<>")):
        said = desk.text(json.dumps(asked).replace('"<>"', "9" * digits))
        entry = desk.last
        assert "not valid JSON" not in said
        assert entry.outcome in ("ok", "refused")
        assert not any(word in f"{said} {entry.error} {entry.notes}" for word in ("int_max_str", "inf", "Python"))


@pytest.mark.rule("querydata.payload.root")
@pytest.mark.parametrize("result", ["Summary", "Details"])
def test_the_printed_sample_with_its_missing_quote(make: Callable[..., Desk], result: str) -> None:
    sample = json.dumps(payload(result, WINDOW), indent=1).replace('"Operation":', '"Operation:')
    for dialect in ("default", "lenient"):
        said = json.loads(make(dialect).text(sample))["Error"]
        assert said["Code"] == "JSON"
        assert "closing quote after Operation is missing" in said["Message"]


@pytest.mark.rule("querydata.payload.root")
@pytest.mark.parametrize(
    "value", [5, "x", [], None, {}, {"QueryData_V2": {}}, {"QueryData_V1": []}, {"querydata_v1": {}}]
)
def test_a_missing_root(desk: Desk, value: Any) -> None:
    assert json.loads(desk.text(json.dumps(value)))["Error"]["Code"] == "REQUEST"


@pytest.mark.rule("querydata.item.ticket_only")
@pytest.mark.parametrize("item", ["ticket", "WorkItem", None, 1])
def test_only_tickets(desk: Desk, item: Any) -> None:
    code, message = desk.error("Summary", WINDOW, ItemType=item)
    assert code == "REQUEST"
    assert "ItemType" in message


@pytest.mark.rule("querydata.result.two_types")
@pytest.mark.parametrize("result", ["summary", "Both", "", None, True])
def test_two_types_of_result(desk: Desk, result: Any) -> None:
    code, message = desk.error(result, WINDOW)
    assert code == "REQUEST"
    assert "ResultType" in message


@pytest.mark.rule("querydata.format.known")
def test_formats_are_configured(make: Callable[..., Desk]) -> None:
    desk = make({"result_formats": {"ACME-JSON": "json", "ACME-XML": "xml"}})
    assert desk.text(payload("Summary", WINDOW, form="ACME-JSON")) == '{"UtilisphereIDs":[]}'
    assert desk.text(payload("Summary", WINDOW, form="ACME-XML")) == "<QueryData_V1><UtilisphereIDs /></QueryData_V1>"
    assert desk.error("Summary", WINDOW, form="JSON")[0] == "REQUEST"
    desk.switch(strictness="lenient")
    assert desk.ask("Summary", WINDOW, form="whatever") == {"UtilisphereIDs": []}
    assert "format.known" in desk.notes
    assert desk.error("Summary", WINDOW, form=5)[0] == "REQUEST"


def test_errors_follow_an_xml_format(desk: Desk) -> None:
    text = desk.text(payload("Summary", WINDOW, form="XML", code="<&>"))
    assert text == (
        "<QueryData_V1><Error><Code>AUTH</Code><Message>AuthCode is not authorized.</Message></Error></QueryData_V1>"
    )


@pytest.mark.rule("querydata.payload.extra_members")
def test_members_that_are_not_listed_are_ignored_and_noted(desk: Desk) -> None:
    assert desk.ask("Summary", {**WINDOW, "Extra": 1}, Unknown=1) == {"UtilisphereIDs": []}
    assert "payload.extra_members" in desk.notes
    assert len(desk.last.notes) == 2


@pytest.mark.rule("querydata.payload.types")
@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"UseWarehouse": "false"}, "UseWarehouse"),
        ({"UseWarehouse": 0}, "UseWarehouse"),
        ({"UseWarehouse": ...}, "UseWarehouse"),
        ({"ResultFormat": ...}, "ResultFormat"),
        ({"ResultType": ...}, "ResultType"),
        ({"ItemType": ...}, "ItemType"),
        ({"Filters": "x"}, "Filters"),
        ({"Filters": [5]}, "Filter 1"),
        ({"Filters": [WINDOW, {"Field": LAST, "Value": "x"}]}, "Filter 2"),
        ({"Filters": [WINDOW] * 101}, "100"),
    ],
)
def test_wrong_types_are_refused(desk: Desk, change: dict[str, Any], names: str) -> None:
    code, message = desk.error("Summary", WINDOW, **{"ResultType": "Summary", **change})
    assert code == "REQUEST"
    assert names in message


def test_order_of_checks(desk: Desk) -> None:
    """JSON, root, AuthCode, types and combination, values: each earlier defect hides the later ones."""
    bad_value = between(LAST, "x")
    wrong: dict[str, Any] = {"code": "no", "ItemType": "x"}
    assert desk.error("Summary", bad_value, **wrong)[0] == "AUTH"
    assert desk.error("Summary", bad_value, ItemType="x")[0] == "REQUEST"
    assert desk.error("Summary", bad_value, equals("1"))[0] == "REQUEST"
    assert desk.error("Summary", bad_value)[0] == "VALUE"


# --- lenient ----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("querydata.payload.names")
def test_letter_case(make: Callable[..., Desk]) -> None:
    names = json.dumps(payload("Summary", {"field": LAST, "OPERATION": "TIME_BETWEEN", "value": day("09:55-10:00")}))
    words = payload(
        "SUMMARY", between(LAST.lower(), day("09:55-10:00")) | {"Operation": "time_between"}, ItemType="TICKET"
    )
    for asked in (
        names.replace("QueryData_V1", "querydata_v1").replace("AuthCode", "authcode"),
        names,
        json.dumps(words),
    ):
        assert "Error" in make().text(asked)
        lenient = make("lenient")
        assert lenient.text(asked) == '{"UtilisphereIDs":[]}'
        assert "payload.names" in lenient.notes


def test_lenient_takes_the_only_child_for_the_parameter(make: Callable[..., Desk]) -> None:
    desk = make("lenient")
    text = json.dumps(payload("Summary", WINDOW))
    assert b"UtilisphereIDs" in desk.http(envelope(text, name="anything")).reply_body
    two = envelope(text, name="anything").replace("</QueryData>", "<other/></QueryData>")
    assert b"JSON" in desk.http(two).reply_body


@pytest.mark.rule("querydata.payload.types")
@pytest.mark.parametrize(("flag", "noted"), [("true", True), ("False", True), (..., True), (False, False)])
def test_lenient_warehouse_flags(make: Callable[..., Desk], flag: Any, noted: bool) -> None:
    desk = make("lenient")
    assert "UtilisphereIDs" in desk.ask("Summary", WINDOW, warehouse=flag)
    assert ("payload.types" in desk.notes) == noted
    assert desk.error("Summary", WINDOW, warehouse="maybe")[0] == "REQUEST"


@pytest.mark.rule("querydata.id.text_in_filter")
def test_ids_as_numbers(make: Callable[..., Desk]) -> None:
    for dialect, refused in (("default", True), ("lenient", False)):
        desk = make(dialect)
        id_ = desk.create()
        answer = desk.ask("Details", equals(id_))
        assert ("Error" in answer) == refused
        assert refused or answer["Tickets"][0]["UtilisphereID"] == id_
        for value in (float(id_), True, -5, None, {}, 10**30):
            answer = desk.ask("Details", equals(value))
            assert (
                answer == {"Tickets": []} if (value == 10**30 and not refused) else answer["Error"]["Code"] == "VALUE"
            )


@pytest.mark.rule("querydata.payload.root")
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"QueryData_V1": False}', "line 1, column 18: False is not a word of it; write false"),
        ('{"a":\n  None}', "line 2, column 3: None is not a word of it; write null"),
        ('{"a": Infinity}', "Infinity is a word of JavaScript, not of JSON"),
        ('{"a":\u00a01}', "line 1, column 6: U+00A0 (NO-BREAK SPACE) stands where it does not belong"),
        ('\u200b{"a": 1}', "line 1, column 1: U+200B (ZERO WIDTH SPACE) stands where it does not belong"),
        ('\ufeff{"a": 1}', "line 1, column 1: a byte order mark stands before it"),
        ("{'a': 1}", "line 1, column 2: single quotes; JSON has double ones"),
        ('{"a": 1,}', "line 1, column"),
        ('{"a": 1', "line 1, column 8, its end: something is missing"),
        ("", "its end"),
        ('{"a": "\ttab"}', "U+0009 (a control character)"),
        ("[" * 100_000, "it is nested too deep"),
    ],
)
def test_the_journal_tells_where_text_stops_being_json(desk: Desk, text: str, place: str) -> None:
    assert json.loads(desk.text(text))["Error"]["Code"] == "JSON"
    (note,) = [each for each in desk.last.notes if each.rule == "querydata.payload.root"]
    assert place in note.text


def test_the_place_tells_nothing_of_a_code(desk: Desk) -> None:
    desk.text("{AuthCode: REAL-ONE}")
    assert "REAL" not in "".join(each.text for each in desk.last.notes)
