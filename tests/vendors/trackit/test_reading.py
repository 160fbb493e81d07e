"""What is read: tickets, notes by pages, attachments, assignments, templates, labels, groups."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from lxml import etree

from mockservers.kernel import catalogue
from mockservers.vendors.trackit.emulator import renderings

Desk = Any
FIELDS = {each.more["sequence"]: each for each in catalogue.load("trackit")["ticket"].fields}
NOTE_FIELDS = {each.more["sequence"]: each for each in catalogue.load("trackit")["note"].fields}
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d[037]0000Z")
LISTS = (("Notes", "TicketNotes", 3), ("Attachments", "TicketAttachments", 3), ("Assignments", "Assignments", 2))


@pytest.mark.rule(
    "trackit.read.ticket",
    "trackit.field.returned",
    "trackit.wire.keyed_by_number",
    "trackit.wire.value_types",
    "trackit.wire.envelope",
    "trackit.wire.timestamp",
)
def test_a_ticket_on_which_every_field_has_a_value(desk: Desk) -> None:
    reply = desk.get("/tickets/110")
    assert list(reply.json) == ["Tickets"]
    found = reply.json["Tickets"]
    assert [int(number) for number in found] == sorted(FIELDS)
    kinds = {"integer": int, "decimal": float, "boolean": bool, "text": str, "datetime": str}
    for number, each in found.items():
        field = FIELDS[int(number)]
        assert list(each) == ["DisplayName", "Value"]
        assert each["DisplayName"] == field.name
        assert type(each["Value"]) is kinds[field.type], number
        if field.type == "datetime":
            assert STAMP.fullmatch(each["Value"]), each
    ticket = reply.ticket
    assert (ticket["84"], ticket["148"], ticket["183"], ticket["83"]) == (12.5, 45.0, 99.0, -7)
    assert (ticket["36"], ticket["149"], ticket["164"], ticket["171"]) == (
        "JSMITH",
        "John Smith",
        "Software\\Applications",
        "TECH1",
    )
    assert desk.truth(110) == ticket


@pytest.mark.rule("trackit.wire.nulls_omitted", "trackit.wire.value_types")
def test_fields_without_a_value_are_left_out(desk: Desk) -> None:
    server = [
        "1",
        "2",
        "3",
        "4",
        "10",
        "12",
        "16",
        "34",
        "66",
        "67",
        "68",
        "69",
        "70",
        "71",
        "95",
        "96",
        "97",
        "102",
        "124",
        "128",
        "129",
        "157",
        "177",
    ]
    assert list(desk.get("/tickets/1").ticket) == server
    assert desk.get("/tickets/102").ticket["83"] == 0
    assert desk.get("/tickets/102").ticket["102"] is False
    assert "7" not in desk.get("/tickets/102").ticket
    assert b"null" not in desk.get("/tickets/105/Notes/0/0?SystemNote=true").body


@pytest.mark.rule("trackit.wire.timestamp")
def test_the_sample_of_the_page(desk: Desk) -> None:
    body = desk.get("/tickets/101").body
    assert body.startswith(
        b'{"Tickets":{"1":{"DisplayName":"Ticket ID","Value":101},'
        b'"2":{"DisplayName":"Last Modified","Value":"2019-01-21T09:12:06.1730000Z"},'
        b'"3":{"DisplayName":"Last User","Value":"dbo"},"4":{"DisplayName":"Seq_Group","Value":2},'
    )


@pytest.mark.rule("trackit.wire.timestamp")
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("00.001", "00.000"),
        ("00.002", "00.003"),
        ("00.005", "00.007"),
        ("00.008", "00.007"),
        ("00.009", "00.010"),
        ("59.998", "59.997"),
        ("00.172", "00.173"),
        ("00.1731234567", "00.173"),
    ],
)
def test_times_lie_on_the_grid_of_sql_server(desk: Desk, sent: str, kept: str) -> None:
    desk.post("/tickets/101", {"Properties": {"81": f"2020-02-29T10:00:{sent}Z"}})
    assert desk.get("/tickets/101").ticket["81"] == f"2020-02-29T10:00:{kept}0000Z"


@pytest.mark.rule("trackit.wire.leading_space")
def test_the_blank_of_one_sample(desk: Desk) -> None:
    desk.switch(quirk_leading_space="on")
    assert desk.get("/tickets/101").json["Tickets"]["1"]["DisplayName"] == " Ticket ID"
    note = {"Note Type": "Technician Note", "Activity Code": "Research"}
    for reply in (
        desk.post("/tickets/101", {"Properties": {}}),
        desk.post("/tickets", {"Properties": {}}),
        desk.post("/tickets/101/AddNote", note),
        desk.post("/tickets/101/ChangeStatus", {"StatusName": "Open", "Note": note}),
        desk.post("/tickets/101/Close", {}),
    ):  # the samples of the other calls have none
        found = reply.json.get("Tickets", reply.json.get("Ticket"))
        assert found["1"]["DisplayName"] == "Ticket ID"
    assert desk.get("/module/24/fields").json["1"]["DisplayName"] == "Ticket ID"


@pytest.mark.rule("trackit.wire.renamed_labels", "trackit.read.module_fields")
def test_renamed_labels_are_everywhere_and_numbers_stay(desk: Desk) -> None:
    assert desk.get("/tickets/101").json["Tickets"]["22"]["DisplayName"] == "Ticket Summary"
    desk.admin("rename label", field="22", label='Titel "neu"')
    note = {"Note Type": "Technician Note", "Activity Code": "Research"}
    for reply in (
        desk.get("/tickets/101"),
        desk.post("/tickets/101", {"Properties": {}}),
        desk.post("/tickets", {"Properties": {"22": "x"}}),
        desk.post("/tickets/101/ChangeStatus", {"StatusName": "Escalated", "Note": note}),
        desk.post("/tickets/101/AddNote", note),
        desk.post("/tickets/101/Close", {}),
    ):
        found = reply.json.get("Tickets", reply.json.get("Ticket"))
        assert found["22"]["DisplayName"] == 'Titel "neu"'
    assert desk.get("/module/24/fields").json["22"] == {"DisplayName": 'Titel "neu"'}
    desk.admin("rename label", field="22")
    assert desk.get("/tickets/101").json["Tickets"]["22"]["DisplayName"] == "Ticket Summary"


@pytest.mark.rule("trackit.read.unknown")
@pytest.mark.parametrize(("value", "status"), [("404", 404), ("400", 400), ("500", 500)])
def test_unknown_numbers(desk: Desk, value: str, status: int) -> None:
    desk.switch(unknown_ticket=value)
    for path in (
        "/tickets/999",
        "/tickets/-1",
        "/tickets/0",
        "/tickets/112",
        "/tickets/Note/999",
        "/tickets/999/Notes/0/0",
        "/tickets/999/Attachments/0/0",
        "/tickets/999/Assignments/0/0",
    ):
        reply = desk.get(path)
        assert (reply.status, list(reply.json), reply.entry.outcome) == (status, ["Message"], "refused")
    for path, body in (
        ("", {"Properties": {}}),
        ("/AddNote", {}),
        ("/ChangeStatus", {}),
        ("/Close", {}),
        ("/Delete", None),
    ):
        assert desk.post(f"/tickets/999{path}", body).status == status


@pytest.mark.rule("trackit.wire.envelope", "trackit.wire.two_members")
def test_live_servers_use_other_keys(desk: Desk) -> None:
    note = {"Note Type": "Technician Note", "Activity Code": "Research"}

    def keys() -> list[list[str]]:
        return [
            list(each.json)
            for each in (
                desk.get("/tickets/101"),
                desk.post("/tickets", {"Properties": {}}),
                desk.post("/tickets/101", {"Properties": {}}),
                desk.post("/tickets/101/ChangeStatus", {"StatusName": "Open", "Note": note}),
                desk.post("/tickets/101/AddNote", note),
                desk.post("/tickets/101/Close", {"Note": note}),
            )
        ]

    assert keys() == [["Tickets"]] * 3 + [["Ticket", "TicketNote"]] * 2 + [["Ticket", "Note"]]
    desk.switch(envelope_keys="live")
    assert keys() == [["Ticket"]] * 3 + [["Ticket", "Note"]] * 3


# --- notes ------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("trackit.read.notes", "trackit.read.system_notes", "trackit.read.private", "trackit.read.note_query")
def test_notes_of_every_kind(desk: Desk) -> None:
    users, all_ = desk.get("/tickets/105/Notes/0/0"), desk.get("/tickets/105/Notes/0/0?systemnote=TRUE")
    assert (users.json["Count"], all_.json["Count"]) == (6, 7)
    assert [each["14"] for each in users.records("TicketNotes")] == [False] * 6
    assert sorted(each["14"] for each in all_.records("TicketNotes")) == [False] * 6 + [True]
    assert sum(each["27"] for each in users.records("TicketNotes")) == 1
    for query in ("?SystemNote=false", "?maxContentLength=-1", "?SystemNote=&maxContentLength=", "?other=1", ""):
        assert desk.get(f"/tickets/105/Notes/0/0{query}").json == users.json
    for query in ("?SystemNote=maybe", "?maxContentLength=x", "?maxContentLength=99999999999"):
        assert desk.get(f"/tickets/105/Notes/0/0{query}").status == 400
    assert users.records("TicketNotes") == [
        each for each in reversed(desk.all("note")) if each["6"] == 105 and not each["14"]
    ]


@pytest.mark.rule("trackit.field.note", "trackit.wire.single_note", "trackit.read.note")
def test_a_note_is_an_array_of_one(desk: Desk) -> None:
    listed = desk.get("/tickets/110/Notes/0/0?SystemNote=true").records("TicketNotes")
    known: set[str] = set()
    for each in listed:
        reply = desk.get(f"/tickets/Note/{each['1']}")
        assert list(reply.json) == ["Note"]
        assert len(reply.json["Note"]) == 1
        assert reply.note == each
        known |= set(each)
    assert {int(number) for number in known} == set(NOTE_FIELDS)
    named = reply.json["Note"][0]
    assert {number: field["DisplayName"] for number, field in named.items()} == {
        number: NOTE_FIELDS[int(number)].name for number in named
    }


@pytest.mark.rule("trackit.read.note_order")
def test_the_order_of_notes(desk: Desk) -> None:
    newest = [each["1"] for each in desk.get("/tickets/103/Notes/0/0").records("TicketNotes")]
    assert newest == sorted(newest, reverse=True)
    pages = [desk.get(f"/tickets/103/Notes/10/{n}").records("TicketNotes") for n in (1, 2, 3)]
    assert [each["1"] for page in pages for each in page] == newest
    desk.switch(note_order="oldest_first")
    assert [each["1"] for each in desk.get("/tickets/103/Notes/0/0").records("TicketNotes")] == newest[::-1]
    pages = [desk.get(f"/tickets/103/Notes/10/{n}").records("TicketNotes") for n in (1, 2, 3)]
    assert [each["1"] for page in pages for each in page] == newest[::-1]


@pytest.mark.rule("trackit.read.max_length")
def test_the_length_of_notes(desk: Desk) -> None:
    def texts(query: str) -> list[str]:
        return [each.get("5", "") for each in desk.get(f"/tickets/105/Notes/0/0{query}").records("TicketNotes")]

    whole = texts("")
    assert max(map(len, whole)) == 5000
    for length in (1, 5, 4999, 5000, 5001):
        assert texts(f"?maxContentLength={length}") == [each[:length] for each in whole]
    for length in (-1, 0, -5):
        assert texts(f"?MAXCONTENTLENGTH={length}") == whole


@pytest.mark.rule("trackit.note.text")
def test_notes_are_plain_text(desk: Desk) -> None:
    texts = [each.get("5") for each in desk.get("/tickets/105/Notes/0/0").records("TicketNotes")]
    assert "First line\r\nsecond & last, bold" in texts
    desk.switch(note_text="verbatim")
    texts = [each.get("5") for each in desk.get("/tickets/105/Notes/0/0").records("TicketNotes")]
    assert "  <div>First line<br/>second &amp; last, <b>bold</b></div>  " in texts


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("trackit.read.paging", "trackit.read.count")
@pytest.mark.parametrize(("kind", "key", "total"), LISTS)
def test_zero_in_either_place_gives_everything(desk: Desk, kind: str, key: str, total: int) -> None:
    whole = desk.get(f"/tickets/101/{kind}/0/0")
    assert (whole.json["Count"], len(whole.json[key])) == (total, total)
    assert list(whole.json) == ["Count", key]
    for page in ("0/2", "5/0", "100/1"):
        assert desk.get(f"/tickets/101/{kind}/{page}").json == whole.json
    assert desk.get(f"/tickets/101/{kind}/1/2").json == {"Count": total, key: whole.json[key][1:2]}


@pytest.mark.rule("trackit.read.past_end")
@pytest.mark.parametrize(("kind", "key", "total"), LISTS)
def test_beyond_the_end(desk: Desk, kind: str, key: str, total: int) -> None:
    for page in ("1/9", "3/2", "2147483647/2147483647"):
        assert desk.get(f"/tickets/101/{kind}/{page}").json == {"Count": total, key: []}
    for page in ("-1/1", "1/-1", "0/-1"):
        assert desk.get(f"/tickets/101/{kind}/{page}").status == 400


@pytest.mark.rule("trackit.wire.empty_notes")
@pytest.mark.parametrize(("kind", "key", "total"), LISTS)
def test_nothing_linked_is_an_empty_list(desk: Desk, kind: str, key: str, total: int) -> None:
    assert desk.get(f"/tickets/1/{kind}/0/0").body == f'{{"Count":0,"{key}":[]}}'.encode()


@pytest.mark.rule("trackit.read.count")
def test_count_may_count_the_page(desk: Desk) -> None:
    desk.switch(count_meaning="page")
    assert [desk.get(f"/tickets/103/Notes/10/{n}").json["Count"] for n in (1, 2, 3, 4)] == [10, 10, 5, 0]


@pytest.mark.rule("trackit.read.attachments", "trackit.read.assignments", "trackit.field.partial")
def test_attachments_and_assignments(desk: Desk) -> None:
    first, _, third = desk.get("/tickets/101/Attachments/0/0").json["TicketAttachments"]
    assert first == {
        "1": {"DisplayName": "Sequence", "Value": 1001},
        "6": {"DisplayName": "File Size", "Value": 120743},
        "7": {"DisplayName": "File Name", "Value": "Serengeti.jpg"},
        "14": {"DisplayName": "URL Link", "Value": "www.example.com"},
    }
    assert list(third) == ["1", "6", "7"]
    found = desk.get("/tickets/101/Assignments/0/0").records("Assignments")
    assert [(each["6"], each["96"]) for each in found] == [(101, "Open"), (101, "Closed")]
    desk.switch(assignment_fields="sampled")  # as the page shows them, which does not tell which are open
    found = desk.get("/tickets/101/Assignments/0/0").records("Assignments")
    assert [list(each) for each in found] == [["1", "2", "3", "4"]] * 2
    assert list(desk.get("/tickets/106/Assignments/0/0").records("Assignments")[0]) == ["1", "2", "3"]


@pytest.mark.rule("trackit.read.templates", "trackit.read.template_data")
def test_templates_of_the_group(desk: Desk) -> None:
    found = desk.get("/tickets/Templates", "nobody")
    assert list(found.json) == ["TicketTemplates"]
    (one,) = found.records("TicketTemplates")
    assert (one["1"], one["3"], one["4"], one["10"]) == (3, "New Hire", "New Hire Creation", False)
    assert [each["3"] for each in desk.get("/tickets/Templates", "tech2").records("TicketTemplates")] == [
        "New Hire",
        "Printer",
    ]
    assert "\r\n" in one["6"]
    rows = etree.fromstring(one["6"].encode()).findall("RowData")
    names = ["sequence", "datatype", "fkcolumn", "fkvalue", "fieldname", "value"]
    assert [[child.tag for child in row] for row in rows] == [names] * 3
    assert [(row.findtext("sequence"), row.findtext("fieldname")) for row in rows][:2] == [
        ("81", "Status"),
        ("114", "Priority"),
    ]
    assert (FIELDS[81].name, FIELDS[114].name) == ("Custom Date 1", "Requestor Email Address")


@pytest.mark.rule("trackit.read.module_fields")
def test_the_labels_of_all_fields(desk: Desk) -> None:
    found = desk.get("/module/24/fields", "nobody").json
    assert found == {str(number): {"DisplayName": FIELDS[number].name} for number in sorted(FIELDS)}
    assert desk.get("/module/25/fields").status == 501


@pytest.mark.rule("trackit.read.groups")
def test_groups_need_a_password_and_no_token(desk: Desk) -> None:
    reply = desk.post("/groups", {"UserName": "HELP DESK\\DEMO", "password": "demo-password"}, user=None)
    assert [each["Code"] for each in reply.json["Groups"]] == ["SYSTEM ADMINISTRATION", "HELP DESK", "FIELD SERVICE"]
    assert list(reply.json["Groups"][0]) == ["Sequence", "LastModified", "LastUser", "Code", "Comments", "InActive"]
    for body in (
        {},
        None,
        [],
        {"UserName": "HELP DESK\\DEMO"},
        {"UserName": 1, "password": []},
        {"UserName": "HELP DESK\\DEMO", "password": "wrong"},
    ):
        assert desk.post("/groups", body, user=None).status == 400
    desk.switch(groups_endpoint="off")
    assert desk.post("/groups", {"UserName": "HELP DESK\\DEMO", "password": "demo-password"}, user=None).status == 404


@pytest.mark.rule("trackit.read.priority_hierarchy")
def test_the_priority_hierarchy_is_refused_or_assumed(desk: Desk) -> None:
    assert desk.post("/priorityheirarchy", {}).status == 501
    desk.switch(priority_hierarchy="assumed")
    asked = {"CategoryId": 1, "RequestorId": 2}
    found = desk.post("/priorityheirarchy", asked).json["Priority"]
    assert {number: each["Value"] for number, each in found.items()} == {"106": 3, "107": "3 - Medium", "142": 259_200}
    found = desk.post("/priorityheirarchy", asked, "tech2").json["Priority"]
    assert found["106"]["Value"] == 1  # the field service looks at the requestor first
    assert desk.post("/priorityheirarchy", {}).json == {"Priority": {}}
    for body in (None, [], {"CategoryId": "x"}):
        assert desk.post("/priorityheirarchy", body).status == 400


@pytest.mark.rule("trackit.read.last_user")
def test_a_ticket_and_its_notes_have_their_own_last_user(desk: Desk) -> None:
    note = {"Note Type": "Technician Note", "Activity Code": "Research"}
    reply = desk.post("/tickets/101/AddNote", note, "tech1")
    assert (reply.ticket["3"], reply.note["3"]) == ("dbo", "TECH1")
    assert desk.post("/tickets/101", {"Properties": {}}).ticket["3"] == "DEMO"


def test_answers_are_kept_by_revision_and_never_stale(desk: Desk) -> None:
    for turn in range(3):
        desk.act("act", id=101, action="update", fields={"22": f"turn {turn}"})
        assert json.loads(desk.get("/tickets/101").body)["Tickets"]["22"]["Value"] == f"turn {turn}"
    desk.admin("enter", list="requestor", entry=1, facts={"phone": "new"})
    assert desk.get("/tickets/101").ticket["39"] == "new"
    desk.world.checkpoint("here")
    desk.act("act", id=101, action="update", fields={"22": "later"})
    assert desk.get("/tickets/101").ticket["22"] == "later"
    desk.world.restore("here")
    desk.tokens.clear()
    assert desk.get("/tickets/101").ticket["22"] == "turn 2"


def test_what_is_rendered_is_kept_as_it_is_by_now_and_no_more_than_so_many(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renderings, "MOST_FRAGMENTS", 8)
    kept = lambda: desk.world.installation("trackit").cache[renderings._KEPT]  # noqa: E731
    before = desk.get("/tickets/101").body
    assert desk.get("/tickets/101").body == before
    for n in range(5):
        desk.act("act", id="101", action="update", fields={"22": f"as of {n}"})
        assert desk.get("/tickets/101").ticket["22"] == f"as of {n}"
    assert [key[2] for key in kept() if key[1] == "ticket"] == [101]  # one, however often it changed
    numbers = [n for n in range(102, 125) if desk.get(f"/tickets/{n}").status == 200]
    first = {n: desk.get(f"/tickets/{n}").body for n in numbers}
    assert len(numbers) > 8 >= len(kept())
    assert {key[2] for key in kept()} >= {*numbers[-5:]}  # the oldest went
    assert {n: desk.get(f"/tickets/{n}").body for n in numbers} == first
    assert len(kept()) <= 8
