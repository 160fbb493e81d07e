"""Notes, changes of status, closing and deleting."""

from __future__ import annotations

import json
from typing import Any

import pytest

Desk = Any
PAIR = {"Note Type": "Technician Note", "Activity Code": "Research"}
WAYS = ("/AddNote", "/ChangeStatus", "/Close")


def noted(desk: Desk, way: str, note: Any, user: str = "demo", id_: int = 101, literal: str | None = None) -> Any:
    """Add a note by one of the three calls that can. `literal` stands in the body where the text "<>" does."""
    bodies = {"/AddNote": note, "/ChangeStatus": {"Note": note, "StatusName": "Escalated"}, "/Close": {"Note": note}}
    body: Any = bodies[way]
    if literal is not None:
        body = json.dumps(body).replace('"<>"', literal).encode()
    return desk.post(f"/tickets/{id_}{way}", body, user)


# --- notes ------------------------------------------------------------------------------------------------------------


@pytest.mark.rule(
    "trackit.note.add",
    "trackit.note.author",
    "trackit.note.touches",
    "trackit.wire.duration",
    "trackit.wire.optional_params",
)
def test_the_example_of_the_page(desk: Desk) -> None:
    before = desk.get("/tickets/101").ticket
    desk.advance(60)
    body = {
        "Note Type": "Ticket Description",
        "Activity Code": "Install",
        "Note": "This is a ticket Note added by API",
        "Duration": "00:10:00",
        "OptionalParams": {"Param1": {}, "Param2": {}},
    }
    reply = desk.post("/tickets/101/AddNote", body)
    assert list(reply.json) == ["Ticket", "TicketNote"]
    assert reply.note == {
        "1": reply.note["1"],
        "2": "2026-03-02T10:01:00.0000000Z",
        "3": "DEMO",
        "4": 2,
        "5": "This is a ticket Note added by API",
        "6": 101,
        "7": "2026-03-02T10:01:00.0000000Z",
        "8": 1001,
        "10": 600,
        "11": 13,
        "13": True,
        "14": False,
        "15": "Install",
        "16": "Dana Demo",
        "17": False,
        "26": "Ticket Description",
        "27": False,
        "30": "Something was installed",
        "31": True,
    }
    assert {**before, "163": before["163"] + 600, "175": "2026-03-02T10:01:00.0000000Z"} == reply.ticket
    assert desk.get("/tickets/101/Notes/1/1").records("TicketNotes") == [reply.note]


@pytest.mark.rule("trackit.note.touches")
def test_a_note_may_touch_its_ticket(desk: Desk) -> None:
    desk.switch(addnote_touches_ticket="on")
    reply = desk.post("/tickets/101/AddNote", PAIR)
    assert (reply.ticket["2"], reply.ticket["3"]) == ("2026-03-02T10:00:00.0000000Z", "DEMO")


@pytest.mark.rule("trackit.note.time_spent")
def test_time_spent_sums_what_users_wrote(desk: Desk) -> None:
    id_ = desk.create()
    assert "163" not in desk.get(f"/tickets/{id_}").ticket
    desk.act("act", id=id_, action="note", system=True, duration=1000)
    assert "163" not in desk.get(f"/tickets/{id_}").ticket
    for duration, total in (("00:00:00", 0), ("01:00:01", 3601), ("00:30", 5401)):
        reply = desk.post(f"/tickets/{id_}/AddNote", {**PAIR, "Duration": duration})
        assert reply.ticket["163"] == total


@pytest.mark.rule("trackit.note.required_pair")
@pytest.mark.parametrize("way", WAYS)
def test_type_and_activity_are_needed(desk: Desk, way: str) -> None:
    before = desk.everything()
    for note in (
        {},
        {"Note": "x"},
        {"Note Type": "Technician Note"},
        {"Activity Code": "Research"},
        {**PAIR, "Note Type": None},
        {**PAIR, "Activity Code": 5},
        {**PAIR, "Note Type": []},
        [],
        "x",
        5,
    ):
        assert noted(desk, way, note).status == 400, note
    assert desk.everything() == before
    assert "5" not in noted(desk, way, PAIR).note  # the text may be missing
    reply = noted(desk, way, {"Note Type": "", "Activity Code": " ", "Note": ""})
    assert (reply.status, reply.findings) == (200, ["trackit.note.required_pair"] * 2)
    assert (reply.note["5"], reply.note["13"], "15" in reply.note, "26" in reply.note) == ("", False, False, False)


@pytest.mark.rule("trackit.note.activity_for_tickets", "trackit.note.type")
@pytest.mark.parametrize("way", WAYS)
def test_codes_must_be_there_for_tickets(desk: Desk, way: str) -> None:
    before = desk.everything()
    for note in (
        {**PAIR, "Activity Code": "Assignment Work"},
        {**PAIR, "Activity Code": "Nonsense"},
        {**PAIR, "Activity Code": "System"},
        {**PAIR, "Note Type": "Assignment Description"},
        {**PAIR, "Note Type": "Nonsense"},
    ):
        assert noted(desk, way, note).status == 400, note
    assert desk.everything() == before
    assert noted(desk, way, {"Note Type": "technician note", "Activity Code": " RESEARCH "}).status == 200


@pytest.mark.rule("trackit.note.text")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (" This is a Ticket Note. ", "This is a Ticket Note."),
        ("<p>one</p><p>two</p>", "one\r\ntwo"),
        ("a < b > c", "a < b > c"),
        ("&lt;tag&gt; &amp; &#8364;", "<tag> & €"),
        ("<b", "<b"),
        ("1 <2 3> 4", "1 <2 3> 4"),
        ("<!-- c -->x", "x"),
        (r"{\rtf1 x}", "x"),
        (
            r" {\rtf1\ansi\deff0{\colortbl;\red0;}{\b bold}\tab\{brace\} \~a\line\u-10179?\u-8704?z}",
            "bold\t{brace} \xa0a\r\n\ufffd\ufffdz",
        ),
        (r"{\rtf1", ""),
        (r" {rtf1 x}", r"{rtf1 x}"),
        ("\t\r\n", ""),
    ],
)
def test_the_text_of_a_note_is_plain(desk: Desk, way: str, sent: str, kept: str) -> None:
    assert noted(desk, way, {**PAIR, "Note": sent}).note["5"] == kept
    desk.switch(note_text="verbatim")
    assert noted(desk, way, {**PAIR, "Note": sent}).note["5"] == sent


@pytest.mark.rule("trackit.wire.text_members")
@pytest.mark.parametrize("way", WAYS)
def test_numbers_and_truth_values_are_texts_where_texts_are_taken(desk: Desk, way: str) -> None:
    for sent, kept in ((5, "5"), (True, "true"), (1.5, "1.5"), (1e20, "1e+20")):
        assert noted(desk, way, {**PAIR, "Note": sent}).note["5"] == kept
    for sent in ([], {}, ["x"]):
        assert noted(desk, way, {**PAIR, "Note": sent}).status == 400
    for literal in ("1.50", "1.0", "1e5", "0x10", "010", "-0", "-0.0", "100000000000000000000", "1" + "0" * 70):
        assert noted(desk, way, {**PAIR, "Note": "<>"}, literal=literal).note["5"] == literal
    refused = desk.post("/tickets/101/ChangeStatus", {"StatusName": 2, "Note": PAIR})
    assert (refused.status, refused.json) == (400, {"Message": "The status '2' does not exist."})


@pytest.mark.rule("trackit.note.private", "trackit.wire.text_booleans")
@pytest.mark.parametrize("way", WAYS)
def test_private_or_not(desk: Desk, way: str) -> None:
    assert noted(desk, way, PAIR).note["27"] is False
    for sent, kept in ((True, True), (False, False), (None, False)):
        reply = noted(desk, way, {**PAIR, "Private": sent})
        assert (reply.note["27"], reply.findings) == (kept, [])
    for sent, kept in (("True", True), ("False", False), ("true", True)):
        reply = noted(desk, way, {**PAIR, "Private": sent})
        assert (reply.note["27"], reply.findings) == (kept, ["trackit.wire.text_booleans"])
    for sent in ("yes", 1, [], ""):
        assert noted(desk, way, {**PAIR, "Private": sent}).status == 400


@pytest.mark.rule("trackit.wire.duration")
@pytest.mark.parametrize(
    ("sent", "seconds"),
    [
        ("00:10:00", 600),
        ("23:59:59", 86_399),
        ("0:0:1", 1),
        ("1.02:03:04", 93_784),
        ("00:00:01.5", 1),
        (" 00:00:01 ", 1),
    ],
)
def test_durations_go_in_as_text_and_come_out_as_seconds(desk: Desk, sent: Any, seconds: int) -> None:
    assert desk.post("/tickets/101/AddNote", {**PAIR, "Duration": sent}).note["10"] == seconds


@pytest.mark.parametrize("sent", ["", None])
def test_a_note_without_a_duration_took_no_time(desk: Desk, sent: str | None) -> None:
    assert desk.post("/tickets/101/AddNote", {**PAIR, "Duration": sent}).note["10"] == 0


@pytest.mark.rule("trackit.wire.duration")
@pytest.mark.parametrize(
    "sent", ["24:00:00", "00:60:00", "00:00:60", "-00:10:00", "600", "ten minutes", 600, True, [], "00:10:00:00"]
)
def test_what_is_no_duration(desk: Desk, sent: Any) -> None:
    assert desk.post("/tickets/101/AddNote", {**PAIR, "Duration": sent}).status == 400


@pytest.mark.rule("trackit.wire.duration_two_parts")
def test_two_parts_are_hours_and_minutes(desk: Desk) -> None:
    assert desk.post("/tickets/101/AddNote", {**PAIR, "Duration": "01:30"}).note["10"] == 5400
    desk.switch(duration_two_parts="reject")
    assert desk.post("/tickets/101/AddNote", {**PAIR, "Duration": "01:30"}).status == 400


@pytest.mark.rule("trackit.note.duration_default")
@pytest.mark.parametrize("way", WAYS[1:])
def test_other_notes_have_no_duration(desk: Desk, way: str) -> None:
    assert noted(desk, way, {**PAIR, "Duration": "00:10:00"}).note["10"] == 0


@pytest.mark.rule("trackit.note.closed_ticket")
def test_a_closed_ticket_takes_notes(desk: Desk) -> None:
    assert desk.post("/tickets/136/AddNote", PAIR).ticket["96"] == "Closed"


# --- statuses ---------------------------------------------------------------------------------------------------------


@pytest.mark.rule("trackit.status.by_name", "trackit.status.note", "trackit.wire.two_members")
def test_changing_the_status(desk: Desk) -> None:
    desk.advance(0.25)
    reply = desk.post("/tickets/101/ChangeStatus", {"StatusName": "Escalated", "Note": {**PAIR, "Note": "why"}})
    assert (reply.ticket["95"], reply.ticket["96"], reply.ticket["97"]) == (
        2,
        "Escalated",
        "Handed to the second level",
    )
    assert (reply.ticket["2"], reply.ticket["3"]) == ("2026-03-02T10:00:00.2500000Z", "DEMO")
    assert (reply.note["6"], reply.note["14"], reply.note["5"]) == (101, False, "why")
    assert desk.get("/tickets/101").ticket == reply.ticket
    assert desk.get("/tickets/101/Notes/0/0").json["Count"] == 4
    desk.switch(status_note="if_present")
    reply = desk.post("/tickets/101/ChangeStatus", {"StatusName": " open "})
    assert (list(reply.json), reply.ticket["96"]) == (["Ticket"], "Open")
    assert desk.get("/tickets/101/Notes/0/0").json["Count"] == 4


@pytest.mark.rule("trackit.status.by_name")
@pytest.mark.parametrize("name", ["Handed to the second level", "2", ""])
def test_only_a_name_is_a_status(desk: Desk, name: str) -> None:
    before = desk.everything()
    assert desk.post("/tickets/101/ChangeStatus", {"StatusName": name}).status == 400
    assert desk.everything() == before


@pytest.mark.rule("trackit.status.body")
@pytest.mark.parametrize(
    "body", [{"StatusName": {}}, {"StatusName": None}, {}, None, [], "Escalated", {"StatusName": []}]
)
def test_a_body_without_the_name_of_a_status(desk: Desk, body: Any) -> None:
    before = desk.everything()
    assert desk.post("/tickets/101/ChangeStatus", body).status == 400
    assert desk.everything() == before


@pytest.mark.rule("trackit.status.note")
def test_the_note_is_required_as_the_page_reads(desk: Desk) -> None:
    before = desk.everything()
    for note in ({}, {"Note": None}, {"Note": {}}):
        reply = desk.post("/tickets/101/ChangeStatus", {"StatusName": "Escalated", **note})
        assert (reply.status, "required" in reply.json["Message"]) == (400, True)
    assert desk.everything() == before
    assert desk.post("/tickets/101/ChangeStatus", {"StatusName": "Escalated", "Note": PAIR}).status == 200
    desk.switch(status_note="if_present")
    assert list(desk.post("/tickets/101/ChangeStatus", {"StatusName": "Open"}).json) == ["Ticket"]


@pytest.mark.rule("trackit.note.ticket_text")
@pytest.mark.parametrize("way", WAYS)
def test_rich_text_of_the_ticket_is_plain_in_three_answers(desk: Desk, way: str) -> None:
    for sent, kept in (
        ("<b>bold</b><br>two &amp; three", "bold\r\ntwo & three"),
        (r"{\rtf1\ansi{\fonttbl{\f0 Arial;}}\f0 one\par two \'fc \u8364? {\*\x hidden}}", "one\r\ntwo ü €"),
        ("plain", "plain"),
    ):
        desk.switch(ticket_text="plain")
        desk.post("/tickets/101", {"Properties": {"7": sent}})
        reply = noted(desk, way, PAIR)
        assert (reply.ticket["7"], "trackit.note.ticket_text" in reply.entry.rules) == (kept, sent != kept)
        assert desk.get("/tickets/101").ticket["7"] == sent
        desk.switch(ticket_text="verbatim")
        assert noted(desk, way, PAIR).ticket["7"] == sent


@pytest.mark.rule("trackit.status.two_steps")
@pytest.mark.parametrize("way", WAYS[1:])
def test_the_second_step_can_fail_alone(desk: Desk, way: str) -> None:
    desk.admin("fail notes", times=1)
    reply = noted(desk, way, PAIR)
    assert (reply.status, reply.json) == (500, {"Message": "An error has occurred."})
    assert reply.findings == ["trackit.status.two_steps"]
    assert desk.get("/tickets/101").ticket["96"] == ("Closed" if way == "/Close" else "Escalated")
    assert desk.get("/tickets/101/Notes/0/0").json["Count"] == 3
    assert noted(desk, way, PAIR).status == 200


@pytest.mark.rule("trackit.status.stop_clock")
def test_a_status_may_stop_the_clock(desk: Desk) -> None:
    id_ = desk.create(f100="2026-03-05T10:00:00Z", f110="2026-03-03T10:00:00Z")
    paused = desk.post(f"/tickets/{id_}/ChangeStatus", {"StatusName": "Paused", "Note": PAIR}).ticket
    assert (paused["103"], paused["100"]) == ("2026-03-02T10:00:00.0000000Z", "2026-03-05T10:00:00.0000000Z")
    desk.advance(600)
    assert desk.post(f"/tickets/{id_}", {"Properties": {"22": "still"}}).ticket["103"] == paused["103"]
    moved = desk.post(f"/tickets/{id_}/ChangeStatus", {"StatusName": "Open", "Note": PAIR}).ticket
    assert "103" not in moved
    assert (moved["100"], moved["110"]) == ("2026-03-05T10:10:00.0000000Z", "2026-03-03T10:10:00.0000000Z")
    assert "111" not in moved
    desk.post(f"/tickets/{id_}", {"Properties": {"96": "Paused"}})
    desk.advance(60)
    closed = desk.post(f"/tickets/{id_}", {"Properties": {"96": "Closed", "100": "2026-04-01T00:00:00Z"}}).ticket
    assert (closed["100"], closed["110"]) == ("2026-04-01T00:00:00.0000000Z", "2026-03-03T10:11:00.0000000Z")


@pytest.mark.rule("trackit.status.closes")
def test_closing_and_reopening(desk: Desk) -> None:
    id_ = desk.create()
    desk.advance(90)
    closed = desk.post(f"/tickets/{id_}/ChangeStatus", {"StatusName": "Cancelled", "Note": PAIR}).ticket
    assert {n: closed[n] for n in ("17", "18", "48", "108", "125", "130", "131")} == {
        "17": 1001,
        "18": "2026-03-02T10:01:30.0000000Z",
        "48": "DEMO",
        "108": 90,
        "125": "HELP DESK",
        "130": "Dana",
        "131": "Demo",
    }
    desk.advance(10)
    assert desk.post(f"/tickets/{id_}/Close", {}).ticket["18"] == closed["18"]  # it was closed before
    opened = desk.post(f"/tickets/{id_}/ChangeStatus", {"StatusName": "Open", "Note": PAIR}).ticket
    assert not {"17", "18", "48", "108"} & set(opened)


# --- closing and deleting ---------------------------------------------------------------------------------------------


@pytest.mark.rule("trackit.close.default_status", "trackit.status.two_types", "trackit.close.note")
def test_close_takes_the_default_status_of_its_type(desk: Desk) -> None:
    desk.post("/tickets/101/ChangeStatus", {"StatusName": "Cancelled", "Note": PAIR})
    reply = desk.post("/tickets/101/Close", {"Note": {**PAIR, "Note": " closing "}})
    assert list(reply.json) == ["Ticket", "Note"]
    assert isinstance(reply.json["Note"], dict)
    assert (reply.ticket["96"], reply.note["5"]) == ("Closed", "closing")
    desk.admin("set default status", status="Resolved")
    assert desk.post("/tickets/102/Close", {}).ticket["96"] == "Resolved"
    assert list(desk.post("/tickets/103/Close", {"Note": None}).json) == ["Ticket"]


@pytest.mark.rule("trackit.status.two_types")
def test_each_type_has_one_default(desk: Desk) -> None:
    for name in ("Resolved", "Cancelled"):
        desk.admin("set default status", status=name)
        assert desk.post("/tickets/101/Close", {}).ticket["96"] == name
    assert desk.post("/tickets", {"Properties": {}}).ticket["96"] == "Open"
    desk.admin("enter", list="status", entry=5, facts={"default": False})
    reply = desk.post("/tickets/102/Close", {})
    assert (reply.status, reply.entry.refused_by) == (400, "trackit.status.two_types")


@pytest.mark.rule("trackit.close.body")
def test_close_needs_an_object(desk: Desk) -> None:
    before = desk.everything()
    for body in (None, b"", b"null", [], "x", 5, {"Note": "x"}):
        assert desk.post("/tickets/101/Close", body).status == 400
    assert desk.everything() == before
    desk.switch(close_body="optional")
    for id_, body in ((101, None), (102, b"null"), (103, {})):
        assert desk.post(f"/tickets/{id_}/Close", body).status == 200
    assert desk.post("/tickets/104/Close", []).status == 400


@pytest.mark.rule("trackit.wire.close_swap")
def test_the_swap_of_one_sample(desk: Desk) -> None:
    desk.switch(quirk_close_swap="on")
    reply = desk.post("/tickets/101/Close", {"Note": {**PAIR, "Note": "the text"}})
    assert reply.json["Note"]["5"] == {"DisplayName": "the text", "Value": "note"}
    assert desk.get(f"/tickets/Note/{reply.note['1']}").note["5"] == "the text"
    assert desk.post("/tickets/102/AddNote", {**PAIR, "Note": "x"}).note["5"] == "x"


@pytest.mark.rule("trackit.close.open_assignments")
def test_open_assignments_may_hinder_closing(desk: Desk) -> None:
    id_ = desk.create()
    desk.act("act", id=id_, action="add_assignment")
    desk.switch(block_close_with_open_assignments="on")
    assert desk.post(f"/tickets/{id_}/Close", {}).status == 400
    desk.act("act", id=id_, action="resolve_assignments")
    assert desk.post(f"/tickets/{id_}/Close", {}).status == 200
    desk.switch(block_close_with_open_assignments="off")
    assert desk.post("/tickets/101/Close", {}).status == 200


@pytest.mark.rule("trackit.delete.answer")
def test_a_deleted_ticket_is_gone_with_all_that_hung_on_it(desk: Desk) -> None:
    note = desk.get("/tickets/101/Notes/1/1").records("TicketNotes")[0]["1"]
    reply = desk.post("/tickets/101/Delete")
    assert (reply.status, reply.body) == (200, b'{"success":true}')
    for path in ("/tickets/101", "/tickets/101/Notes/0/0", f"/tickets/Note/{note}", "/tickets/101/Attachments/0/0"):
        assert desk.get(path).status == 404
    assert desk.post("/tickets/101/Delete").status == 404
    assert not [
        each for entity in ("note", "attachment", "assignment") for each in desk.all(entity) if each.get("6") == 101
    ]
