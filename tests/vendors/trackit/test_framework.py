"""What ASP.NET Web API does around the calls: paths, verbs, numbers, media types and bodies."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.vendors import python_words

Desk = Any
NOTHING = "No HTTP resource was found that matches the request URI"


@pytest.mark.rule("trackit.wire.path_case")
@pytest.mark.parametrize("base", ["/TrackIt/WebApi", "/trackit/WebAPI", "/TRACKIT/webapi"])
def test_paths_have_no_case(desk: Desk, base: str) -> None:
    for path in ("/tickets/101", "/Tickets/101", "/TICKETS/101"):
        reply = desk.get(path, base=base)
        assert reply.ticket["1"] == 101
        as_printed = (base, path) == ("/TrackIt/WebApi", "/tickets/101")
        assert ("trackit.wire.path_case" in reply.entry.rules) != as_printed


@pytest.mark.rule("trackit.address.base")
def test_the_virtual_directory_is_chosen_at_installation(make_desk: Any) -> None:
    desk = make_desk("demo:3", virtual_directory="apps/HelpDesk")
    assert desk.get("/tickets/101", base="/TrackIt/WebApi", user=None).status == 404
    made = desk.ask(
        "POST",
        "/token",
        b"grant_type=password&username=HELP+DESK%5CDEMO&password=demo-password",
        user=None,
        base="/Apps/helpdesk/WebApi",
    )
    desk.tokens["demo"] = made.json["access_token"]
    assert desk.get("/tickets/101", base="/apps/HelpDesk/WebApi").status == 200
    desk.world.close()


@pytest.mark.rule("trackit.wire.path_slashes")
@pytest.mark.parametrize(("base", "path"), [("/TrackIt/WebApi", "//tickets/101"), ("/TrackIt/WebApi", "/tickets//101")])
def test_a_double_slash_leads_nowhere(desk: Desk, base: str, path: str) -> None:
    reply = desk.get(path, base=base)
    assert (reply.status, reply.json["Message"][: len(NOTHING)]) == (404, NOTHING)


@pytest.mark.parametrize("base", ["//TrackIt/WebApi", "/TrackIt//WebApi"])
def test_a_double_slash_before_the_base_leads_nowhere_either(desk: Desk, base: str) -> None:
    assert desk.get("/tickets/101", base=base).status == 404


@pytest.mark.rule("trackit.address.unknown")
@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/tickets/101/",
        "/tickets/101/Notes",
        "/tickets/101/Notes/1",
        "/ticket/101",
        "/tickets/101/102",
        "/tickets/101/Notes/1/1/1",
        "/changes/1",
    ],
)
def test_unknown_paths(desk: Desk, path: str) -> None:
    for user in ("demo", None):
        reply = desk.get(path, user=user)
        assert (reply.status, reply.entry.outcome) == (404, "refused")
        assert reply.json == {"Message": f"{NOTHING} 'http://desk.example/TrackIt/WebApi{path}'."}


@pytest.mark.rule("trackit.write.post_only")
@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/tickets/101", "GET, POST"),
        ("PATCH", "/tickets/101", "GET, POST"),
        ("DELETE", "/tickets/101", "GET, POST"),
        ("HEAD", "/tickets/101", "GET, POST"),
        ("OPTIONS", "/tickets/101", "GET, POST"),
        ("GET", "/tickets", "POST"),
        ("GET", "/tickets/101/Delete", "POST"),
        ("GET", "/tickets/101/Close", "POST"),
        ("GET", "/tickets/101/AddNote", "POST"),
        ("GET", "/tickets/101/ChangeStatus", "POST"),
        ("POST", "/tickets/Templates", "GET"),
        ("POST", "/tickets/101/Notes/0/0", "GET"),
        ("POST", "/technicians/logout", "GET"),
        ("GET", "/groups", "POST"),
    ],
)
def test_other_verbs_are_told_which_are_allowed(desk: Desk, method: str, path: str, allowed: str) -> None:
    before = desk.everything()
    reply = desk.ask(method, path)
    assert (reply.status, reply.headers["Allow"]) == (405, allowed)
    told = f"The requested resource does not support http method '{method}'."
    assert reply.body == (b"" if method == "HEAD" else json.dumps({"Message": told}, separators=(",", ":")).encode())
    assert desk.everything() == before


@pytest.mark.rule("trackit.address.notes_url")
def test_the_notes_url_of_one_example(desk: Desk) -> None:
    printed = "/tickets/103/2/1/Notes?maxContentLength=-1&SystemNote=true"
    reply = desk.get(printed)
    assert (reply.status, reply.findings) == (404, ["trackit.address.notes_url"])
    desk.switch(notes_url="both")
    assert desk.get(printed).json == desk.get("/tickets/103/Notes/2/1?maxContentLength=-1&SystemNote=true").json


@pytest.mark.rule("trackit.address.doubled_prefix")
def test_the_prefix_printed_twice(desk: Desk) -> None:
    reply = desk.get("/WebApi/tickets/101")
    assert (reply.status, reply.findings) == (404, ["trackit.address.doubled_prefix"])
    desk.switch(doubled_prefix="accept")
    reply = desk.get("/WebApi/tickets/101")
    assert (reply.status, reply.findings) == (200, ["trackit.address.doubled_prefix"])


@pytest.mark.rule("trackit.address.track_it_11")
@pytest.mark.parametrize("path", ["/TrackitWebAPI/api/login?username=a&pwd=b", "/trackitwebapi/api/workorder/Get/1"])
def test_the_older_api_is_not_there(desk: Desk, path: str) -> None:
    reply = desk.get(path, base="", user=None)
    assert (reply.status, reply.findings) == (404, ["trackit.address.track_it_11"])


@pytest.mark.rule("trackit.address.not_emulated")
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/assignments/1"),
        ("POST", "/assignments/1"),
        ("POST", "/assignments"),
        ("GET", "/assignments/Templates"),
        ("GET", "/assignments/Note/1"),
        ("GET", "/assignments/1/Notes/0/0"),
        ("GET", "/assignments/1/Attachments/0/0"),
        ("GET", "/assignments/1/Successors/0/0"),
        ("GET", "/assignments/1/Predecessors/0/0"),
        ("POST", "/assignments/1/AddNote"),
        ("POST", "/assignments/1/Delete"),
        ("POST", "/assignments/1/ChangeStatus"),
        ("POST", "/assignments/1/Close"),
        ("GET", "/attachment/1001"),
        ("GET", "/solutions/1"),
        ("GET", "/solutions/1/Attachments/0/0"),
    ],
)
def test_what_nobody_published_is_refused_as_unsupported(desk: Desk, method: str, path: str) -> None:
    assert desk.ask(method, path, {} if method == "POST" else None).status in (200, 400, 404)
    desk.switch(unpublished_routes="unsupported")
    reply = desk.ask(method, path, {} if method == "POST" else None)
    assert (reply.status, reply.entry.outcome) == (501, "unsupported")
    assert "is not emulated" in reply.json["Message"]
    assert desk.ask(method, path, user=None).status == 401


# --- numbers ----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("trackit.wire.ids")
@pytest.mark.parametrize(
    "id_", ["abc", "2147483648", "-2147483649", "1.5", "9" * 400, "%00", "1e3", "0x10", "½", "101abc"]
)
def test_numbers_have_32_bits(desk: Desk, id_: str) -> None:
    for path in (f"/tickets/{id_}", f"/tickets/Note/{id_}", f"/tickets/101/Notes/{id_}/1", f"/tickets/{id_}/Notes/0/0"):
        reply = desk.get(path)
        assert reply.status == 400, path
        assert reply.json["Message"] == "The request is invalid."
        assert "contains a null entry for parameter" in reply.json["MessageDetail"]
    assert desk.get(f"/tickets/{id_}", user=None).status == 401  # whoever is not let in is told nothing


@pytest.mark.rule("trackit.wire.ids")
def test_a_constraint_may_make_them_unknown_paths(desk: Desk) -> None:
    desk.switch(bad_id="404")
    assert desk.get("/tickets/abc").status == 404
    assert desk.get("/tickets/101").status == 200
    assert desk.get("/tickets/Templates").status == 200


# --- media and bodies -------------------------------------------------------------------------------------------------


@pytest.mark.rule("trackit.wire.media")
def test_answers_are_json_whatever_is_preferred(desk: Desk) -> None:
    for accept, findings in (("application/json", []), ("*/*", []), ("application/xml, */*", ["trackit.wire.media"])):
        reply = desk.get("/tickets/101", headers={"Accept": accept})
        assert (reply.status, reply.headers["Content-Type"]) == (200, "application/json; charset=utf-8")
        assert reply.findings == findings
        assert reply.headers["Cache-Control"] == "no-cache"


@pytest.mark.rule("trackit.wire.body_media")
@pytest.mark.parametrize(
    "media", ["text/plain", None, "application/octet-stream", "image/png", "a b", "multipart/form-data"]
)
def test_unknown_media_are_415(desk: Desk, media: str | None) -> None:
    reply = desk.post("/tickets", {"Properties": {}}, media=media)
    told = f"The request entity's media type '{media}' is not supported for this resource."
    if media in (None, "a b"):  # a Content-Type that is none counts as missing
        told = (
            "The request contains an entity body but no Content-Type header. "
            "The inferred media type 'application/octet-stream' is not supported for this resource."
        )
    assert (reply.status, reply.json) == (415, {"Message": told})


@pytest.mark.rule("trackit.wire.body_media")
def test_forms_and_xml(desk: Desk) -> None:
    form = "application/x-www-form-urlencoded"
    reply = desk.post("/tickets/101/ChangeStatus", {"StatusName": "Escalated", "Note": PAIR}, media=form)
    assert (reply.ticket["96"], reply.findings) == ("Escalated", ["trackit.wire.body_media"])
    desk.switch(status_note="if_present")
    reply = desk.post("/tickets/101/ChangeStatus", b"StatusName=Open", media=form)
    assert (reply.ticket["96"], reply.findings) == ("Open", ["trackit.wire.body_media"])
    assert desk.post("/tickets", b"<a/>", media="application/xml").status == 501
    assert desk.post("/tickets", {"Properties": {}}, media="text/json; charset=utf-8").status == 200


@pytest.mark.rule("trackit.wire.malformed")
@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nothing",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"\xff\xfe{",
        b'{"Properties": 1e400}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'"\xed\xa0\x80"',
        b'{"a": "\xff"}',
    ],
)
def test_what_is_no_json(desk: Desk, body: bytes) -> None:
    before = desk.everything()
    for path in ("/tickets", "/tickets/101", "/tickets/101/ChangeStatus", "/tickets/101/AddNote", "/tickets/101/Close"):
        reply = desk.post(path, body)
        assert reply.status == 400, path
        assert reply.json["Message"] == "The request is invalid."
        assert reply.json["ModelState"]
    assert desk.everything() == before


@pytest.mark.rule("trackit.wire.malformed")
def test_model_state_names_the_parameter_and_the_place(desk: Desk) -> None:
    for path, body, key, told in (
        (
            "/tickets",
            b'{"Properties":{"22":x}}',
            "createInput.Properties.22",
            "value: x. Path 'Properties.22', line 1, position 20.",
        ),
        ("/tickets/101", b'{"Properties"}', "updateInput", "got: }. Path '', line 1, position 13."),
        ("/tickets/101/Close", b"{\n'Note': [1 2]", "closeInput.Note[0]", "2. Path 'Note[0]', line 2, position 11."),
        ("/tickets/101/ChangeStatus", b"[tru]", "changeStatusInput", "boolean value. Path '', line 1, position 4."),
        ("/tickets/101/AddNote", b"[[1,x]]", "note[0][0]", "value: x. Path '[0][0]', line 1, position 4."),
        ("/tickets/101/AddNote", b"{a b}", "note", "got: b. Path '', line 1, position 3."),
        (
            "/tickets/101/AddNote",
            b'{"a": "\xff\xfe"}',
            "note",
            "bytes [FF] at index 7 from specified code page to Unicode.",
        ),
    ):
        ((found, (sentence,)),) = desk.post(path, body).json["ModelState"].items()
        assert found == key
        assert sentence.endswith(told)


PAIR = {"Note Type": "Technician Note", "Activity Code": "Research"}
WRITTEN = (
    '{\u00a0"Note Type":\u2003"Technician Note",\u3000"Activity Code": "Research", "Note": "n"\u0085}',
    "/* a */ {'Note Type': 'Technician Note', // b\n 'Activity Code': 'Research', 'Note': 'n'}",
    '{"Note Type": "Technician Note", "Activity Code": "Research", "Note": "n",}',
    '{"Note Type": "Technician Note", "Activity Code": "Research", Note: "n"}',
    '{"Note Type": "Technician Note", "Activity Code": "Research", "Note": "n"} and more',
    '{"Note": "o", "Note Type": "Technician Note", "Activity Code": "Research", "Note": "n"}',
    '{"Note Type": "Technician\\u0020Note", "Activity Code": "Research", "Private": undefined, "Note": "n"}',
)
"""One body in the ways that Json.NET reads alike, and strict JSON but one is not."""


@pytest.mark.rule("trackit.wire.json_net")
@pytest.mark.parametrize("body", WRITTEN)
def test_bodies_are_read_as_json_net_reads_them(desk: Desk, body: str) -> None:
    strict = desk.post("/tickets/101/AddNote", {**PAIR, "Note": "n"})
    reply = desk.post("/tickets/101/AddNote", body.encode())
    assert (reply.status, {**reply.note, "1": strict.note["1"]}) == (200, strict.note)


@pytest.mark.rule("trackit.wire.json_net")
def test_the_pages_example_with_its_non_breaking_blanks(desk: Desk) -> None:
    body = json.dumps(
        {"StatusName": "Escalated", "Note": {**PAIR, "Note": " n"}}, indent="\u00a0\u00a0", ensure_ascii=False
    )
    assert "\n\u00a0" in body
    assert desk.post("/tickets/101/ChangeStatus", body.encode()).ticket["96"] == "Escalated"


@pytest.mark.rule("trackit.wire.json_net")
def test_constructors_and_numbers_of_other_kinds(desk: Desk) -> None:
    def written(field: str, value: str) -> Any:
        reply = desk.post("/tickets/101", f'{{"Properties": {{"{field}": {value}}}}}'.encode())
        return reply.ticket.get(field) if reply.status == 200 else reply.status

    for value, kept in (("0x10", 16), ("010", 8), ("-7", -7), ("NaN", 400), ("1e400", 400), ("new Date(1)", 400)):
        assert written("83", value) == kept, value
    assert written("84", "Infinity") == 400
    for value, text in (("1E20", "1E+20"), ("NaN", "NaN"), ("true", "True"), ("1.50", "1.5"), ("0x10", "16")):
        assert written("85", value) == text, value
    for text in ("/Date(1335205592410)/", "\\/Date(1335205592410+0200)\\/"):
        assert written("81", f'"{text}"') == "2012-04-23T18:26:32.4100000Z"
    assert written("81", '"/Date(99999999999999999)/"') == 400


@pytest.mark.rule("trackit.wire.charset")
def test_charsets_of_bodies(desk: Desk) -> None:
    text = json.dumps({**PAIR, "Note": "Müller €"}, ensure_ascii=False)
    for raw, charset in (
        (text.encode("utf-16"), "utf-16"),
        (text.encode("utf-16-le"), "UTF-16"),
        (text.encode("utf-16"), None),
        (b"\xfe\xff" + text.encode("utf-16-be"), "utf-8"),
        (b"\xef\xbb\xbf" + text.encode(), "utf-16"),
        (text.encode("utf-32"), None),
        (text.encode(), "klingon"),  # what the framework does not support is read in its first charset
        (text.encode(), "iso-8859-1"),
        (text.encode(), '"utf-8"'),
    ):
        media = "application/json" + (f"; charset={charset}" if charset else "")
        assert desk.post("/tickets/101/AddNote", raw, media=media).note["5"] == "Müller €", (raw[:4], charset)
    wrong = desk.post(
        "/tickets/101/AddNote", text.encode("latin-1", "replace"), media="application/json; charset=iso-8859-1"
    )
    assert "Unable to translate bytes [FC]" in wrong.json["ModelState"]["note"][0]


@pytest.mark.rule("trackit.wire.charset")
def test_charsets_of_answers(desk: Desk) -> None:
    plain = desk.get("/tickets/101")
    for accept, charset in (
        ("utf-16", "utf-16"),
        ("utf-8, utf-16", "utf-8"),
        ("utf-8;q=0.5, UTF-16", "utf-16"),
        ("*", "utf-8"),
    ):
        reply = desk.get("/tickets/101", headers={"Accept-Charset": accept})
        assert reply.headers["Content-Type"] == f"application/json; charset={charset}"
        assert json.loads(reply.body.decode(charset)) == plain.json
    assert desk.get("/tickets/99999", headers={"Accept-Charset": "utf-16"}).body.startswith(b"\xff\xfe")
    raw, media = json.dumps(PAIR).encode("utf-16"), "application/json; charset=utf-16"
    assert desk.post("/tickets/101/AddNote", raw, media=media).headers["Content-Type"].endswith("utf-8")
    desk.switch(answer_charset="of_request")
    assert desk.post("/tickets/101/AddNote", raw, media=media).body.startswith(b"\xff\xfe")


@pytest.mark.rule("trackit.write.post_only")
@pytest.mark.parametrize("verb", ["PROPFIND", "TRACE", "FOO"])
def test_verbs_that_nobody_knows(desk: Desk, verb: str) -> None:
    reply = desk.ask(verb, "/tickets/101")
    assert (reply.status, reply.headers["Allow"], reply.entry.outcome) == (405, "GET, POST", "refused")
    assert reply.json == {"Message": f"The requested resource does not support http method '{verb}'."}
    assert desk.ask(verb, "/nothing").status == 404


@pytest.mark.rule("trackit.wire.body_is_input")
def test_the_parameters_name_is_no_part_of_the_body(desk: Desk) -> None:
    for path, body in (
        ("/tickets/101", b'updateInput:\n{"Properties": {"22": "x"}}'),
        ("/tickets/101", {"updateInput": {"Properties": {"22": "x"}}}),
        ("/tickets", {"createInput": {"Properties": {}}}),
        ("/tickets/101/Close", b'closeInput: {"Note": {}}'),
        ("/tickets/101/Close", {"closeInput": {}}),
        ("/tickets/101/ChangeStatus", {"changeStatusInput": {"StatusName": "Open"}}),
    ):
        reply = desk.post(path, body)
        assert (reply.status, reply.findings) == (400, ["trackit.wire.body_is_input"]), path
    assert desk.truth(101)["22"] == "Printer offline"


@pytest.mark.rule("trackit.wire.body_members")
def test_names_of_members_have_no_case(desk: Desk) -> None:
    body = {"statusNAME": "escalated", "NOTE": {"note type": "Technician Note", "ACTIVITY CODE": "Research"}}
    reply = desk.post("/tickets/101/ChangeStatus", body)
    assert (reply.ticket["96"], reply.note["15"], reply.findings) == ("Escalated", "Research", [])


@pytest.mark.rule("trackit.wire.body_members", "trackit.note.duration_default")
def test_what_no_call_looks_at_is_dropped_with_a_finding(desk: Desk) -> None:
    note, rule = {**PAIR, "Note": "n"}, "trackit.wire.body_members"
    for path, body, findings in (
        ("/tickets", {"Properties": {}, "Tickets": {}}, [rule]),
        ("/tickets/101", {"Properties": {}, "OptionalParams": {}}, []),
        ("/tickets/101/AddNote", {**note, "NoteType": "x", "Duration": "00:01:00"}, [rule]),
        (
            "/tickets/101/ChangeStatus",
            {"StatusName": "Escalated", "Status": 2, "Note": {**note, "Text": "x"}},
            [rule] * 2,
        ),
        (
            "/tickets/101/ChangeStatus",
            {"StatusName": "Open", "Note": {**note, "duration": "00:10:00"}},
            ["trackit.note.duration_default"],
        ),
        (
            "/tickets/101/Close",
            {"StatusName": "Closed", "Note": {**note, "Duration": "00:10:00"}},
            [rule, "trackit.note.duration_default"],
        ),
    ):
        reply = desk.post(path, body)
        assert (reply.status, reply.findings) == (200, findings), (path, body)
    assert reply.note["10"] == 0


@pytest.mark.rule("trackit.wire.empty_body")
def test_delete_looks_at_no_body(desk: Desk) -> None:
    bodies = ((101, None, None), (102, b"null", "application/json"), (103, b"x", "text/plain"))
    for id_, body, media in bodies:
        assert desk.post(f"/tickets/{id_}/Delete", body, media=media).json == {"success": True}


@pytest.mark.rule("trackit.wire.optional_params")
@pytest.mark.parametrize("optional", [{"Param1": {}, "Param2": {}}, None, 5])
def test_optional_params_do_nothing(desk: Desk, optional: Any) -> None:
    note = {"Note Type": "Technician Note", "Activity Code": "Research", "Note": "b"}
    for more in ({}, {"OptionalParams": optional}):
        assert desk.post("/tickets", {"Properties": {"22": "a"}, **more}).ticket["22"] == "a"
        assert desk.post("/tickets/101", {"Properties": {"22": "c"}, **more}).ticket["22"] == "c"
        assert desk.post("/tickets/101/AddNote", {**note, **more}).note["5"] == "b"


@pytest.mark.parametrize(
    "body",
    [
        "{UserName: 'x', 'password': 'hunter-2-hunter'",
        "{'password':'hunter-2-hunter',}",
        '{password:\n"hunter-2-hunter"}',
    ],
)
def test_a_password_in_whatever_json_is_masked(desk: Desk, body: str) -> None:
    for raw, media in (
        (body.encode(), "application/json"),
        (body.encode("utf-16"), "application/json; charset=utf-16"),
    ):
        entry = desk.post("/groups", raw, user=None, media=media).entry
        assert entry.exchange is not None
        assert b"hunter-2" not in entry.exchange.body.replace(b"\0", b"")


CALLS: dict[str, Any] = {
    "/tickets": {
        "Properties": {str(number): "x" for number in (22, 7, 72, 81, 83, 84, 85, 96, 102, 106)},
        "OptionalParams": {},
    },
    "/tickets/101": {"Properties": {"22": "x", "149": "x"}, "OptionalParams": {"Note": {}}},
    "/tickets/101/ChangeStatus": {"StatusName": "Escalated", "Note": {**PAIR, "Note": "n", "Private": True}},
    "/tickets/101/AddNote": {**PAIR, "Note": "n", "Private": False, "Duration": "00:10:00"},
    "/tickets/101/Close": {"Note": {**PAIR, "Note": "n"}},
    "/searches": {"Term": "x", "PageSize": 1, "ModuleId": 24, "ResultFields": [1]},
    "/priorityheirarchy": {"CategoryId": 1},
    "/groups": {"UserName": "x", "password": "x"},
}


@pytest.mark.parametrize("path", CALLS)
def test_no_refusal_speaks_python(make_desk: Any, path: str) -> None:
    desk = make_desk(
        "demo:3", searches="assumed", priority_hierarchy="assumed", unwritable_property="reject", update_note="added"
    )
    for place in python_words.places(CALLS[path]):
        for value in python_words.ODD:
            reply = desk.post(path, python_words.replaced(CALLS[path], place, value))
            told = "" if reply.status == 200 else reply.body.decode()
            assert not python_words.found(told), (place, value, told)
    for raw in (b"None", b"{'a': None}", b"True", b"\xff", b"[" * 300, b"{", b"nul", b"a=b"):
        told = desk.post(path, raw).body.decode()
        assert not python_words.found(told.replace("Error parsing NaN", "")), told
    for value in ("None", "x", "1.5", "", "9" * 30, "%C2%A0"):
        told = desk.get(f"/tickets/101/Notes/{value or 0}/1?maxContentLength={value}&SystemNote={value}").body.decode()
        assert not python_words.found(told.replace("'None", "")), told
    desk.world.close()


# --- description ------------------------------------------------------------------------------------------------------


@pytest.mark.rule("trackit.address.description")
def test_what_can_be_called_is_described(desk: Desk) -> None:
    for path in ("", "/swagger/ui/index", "/Swagger/UI/index"):
        page = desk.get(path, user=None)
        assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert b"/TrackIt/WebApi/tickets/{id}/AddNote" in page.body
    for path, version in (("/swagger/docs/v2", {"swagger": "2.0"}), ("/swagger/docs/v3", {"openapi": "3.0.3"})):
        document = desk.get(path, user=None).json
        assert document.items() >= version.items()
        operations = [operation for path in document["paths"].values() for operation in path.values()]
        assert len({operation["operationId"] for operation in operations}) == len(operations) == 32
        assert document["paths"]["/tickets/{id}"]["get"]["operationId"] == "Ticket_Get"
        schemas = document.get("definitions") or document["components"]["schemas"]
        assert len(schemas["TicketRecord"]["properties"]) == 120
        assert len(schemas["Properties"]["properties"]) == 78
        assert {"/searches", "/assignments/{id}"} <= set(document["paths"])
        told = json.dumps(document)
        assert '["True", ' not in told  # names of an enumeration that differ in case alone break generated code
        if "swagger" in version:  # what 2.0 does not know
            assert not [
                word for word in ("anyOf", '"nullable"', "requestBody", "#/components", '"content"') if word in told
            ]
    desk.switch(searches="unsupported", unpublished_routes="unsupported", groups_endpoint="off", envelope_keys="live")
    document = desk.get("/swagger/docs/v2", user=None).json
    assert not {"/searches", "/assignments/{id}", "/groups"} & set(document["paths"])
    assert '"Tickets"' not in json.dumps(document["paths"])


@pytest.mark.rule("trackit.wire.body_members")
@pytest.mark.parametrize(
    ("path", "body", "name"),
    [
        ("/tickets", b'{"Properties":{"22":"a"},"properties":{"22":"b"}}', "Properties"),
        (
            "/tickets/101/Close",
            b'{"Note":null,"note":{"Note Type":"Technician Note","Activity Code":"Research"}}',
            "Note",
        ),
        (
            "/tickets/101/AddNote",
            b'{"Note Type":"Technician Note","Activity Code":"Research","Note":"a","Note":"b"}',
            "Note",
        ),
    ],
)
def test_a_member_that_comes_twice_is_a_finding(desk: Desk, path: str, body: bytes, name: str) -> None:
    told = [note.text for note in desk.post(path, body).entry.notes if note.rule == "trackit.wire.body_members"]
    assert told == [f"'{name}' stands in one object 2 times; the last counts"]


@pytest.mark.rule("trackit.wire.query")
def test_a_variable_that_no_call_takes_is_a_finding(desk: Desk) -> None:
    reply = desk.get("/tickets/101/Notes/0/0?foo=1&systemnote=true")
    assert [note.text for note in reply.entry.notes] == [
        "'foo' in the query is dropped: this call takes maxContentLength and SystemNote"
    ]
    assert desk.get("/tickets/101?x=1").entry.notes[0].text == "'x' in the query is dropped: this call takes none"
    assert not desk.get("/tickets/101/Notes/0/0?systemnote=true").entry.notes
