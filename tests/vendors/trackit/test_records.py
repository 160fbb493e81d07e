"""What other people do: tickets and what hangs on them, and an administrator's acts on the customer."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.kernel import instants
from mockservers.kernel.rules import Misuse

Desk = Any
NOTE = {"Note Type": "Technician Note", "Activity Code": "Research"}


def test_somebody_opens_a_ticket(desk: Desk) -> None:
    made = desk.act(
        "create",
        by="TECH2",
        fields={"22": "By number", "Category": "Network", "12": "2020-01-01T00:00:00Z", "18": None},
    )
    assert (made["exists"], made["id"]) == (True, str(made["fields"]["1"]))
    fields = made["fields"]
    assert (fields["22"], fields["72"], fields["3"], fields["4"]) == ("By number", "Network", "TECH2", 3)
    assert fields["12"] == "2020-01-01T00:00:00.0000000Z"
    assert desk.get(f"/tickets/{made['id']}").ticket == fields == desk.truth(made["id"])
    assert desk.act("create")["fields"]["22"]


@pytest.mark.parametrize(
    ("action", "more", "check"),
    [
        ("note", {"text": "x", "duration": 5}, lambda f: f["163"] == 185),
        ("note", {"system": True}, lambda f: f["163"] == 180),
        ("note", {"copies": 3, "text": "again", "duration": 60}, lambda f: f["163"] == 360),
        ("note", {"touch": True, "private": True, "by": "JSMITH"}, lambda f: f["3"] == "JSMITH"),
        ("change_status", {"status": "paused"}, lambda f: f["103"] and f["96"] == "Paused"),
        ("close", {}, lambda f: f["96"] == "Closed" and f["48"] == "TECH1"),
        ("reopen", {}, lambda f: f["96"] == "Open"),
        ("assign", {"technician": "TECH2"}, lambda f: f["157"] == "Tanja Träger"),
        ("update", {"fields": {"22": "other"}}, lambda f: f["22"] == "other"),
        ("update", {}, lambda f: f["22"] != "Printer offline"),
        ("respond", {}, lambda f: f["151"] == "TECH1" and f["132"].startswith("2026")),
        ("attach", {"name": "a.txt", "size": 5, "url": "x"}, lambda f: f["3"] == "dbo"),
        ("add_assignment", {"open": False}, lambda f: True),
        ("resolve_assignments", {}, lambda f: True),
    ],
)
def test_somebody_works_on_a_ticket(desk: Desk, action: str, more: dict[str, Any], check: Any) -> None:
    told = desk.act("act", id="101", action=action, **more)
    assert check(told["fields"])
    assert desk.get("/tickets/101").ticket == told["fields"] == desk.truth(101)


BESIDE = ("5", "module", "owner")
"""What the truth of a file says beside what a list of files does: its content, and what it is attached to."""


def test_what_hangs_on_a_ticket_shows(desk: Desk) -> None:
    desk.act("act", id=1, action="attach", name="new.txt")
    desk.act("act", id=1, action="add_assignment")
    desk.act("act", id=1, action="note", text="Hello", by="JSMITH")
    assert [each["7"] for each in desk.get("/tickets/1/Attachments/0/0").records("TicketAttachments")] == ["new.txt"]
    assert desk.get("/tickets/1/Assignments/0/0").json["Count"] == 1
    (note,) = desk.get("/tickets/1/Notes/0/0").records("TicketNotes")
    assert (note["5"], note["29"], "8" in note) == ("Hello", "John Smith", False)
    assert desk.act("read", entity="note", id=note["1"])["fields"] == note
    assert [each["fields"] for each in desk.act("list", entity="note", ticket=1)["records"]] == [note]
    for entity, key in (("attachment", "TicketAttachments"), ("assignment", "Assignments")):
        listed = desk.act("list", entity=entity, ticket=1)["records"]
        shown = [{n: each["fields"][n] for n in each["fields"] if n not in BESIDE} for each in listed]
        assert shown == desk.get(f"/tickets/1/{entity}s/0/0").records(key)
        assert desk.act("read", entity=entity, id=listed[0]["id"]) == listed[0]
    assert desk.act("read", entity="note", id=999_999)["exists"] is False


def test_somebody_edits_what_the_api_cannot(desk: Desk) -> None:
    told = desk.act(
        "change",
        id=101,
        by="ADMIN",
        fields={"156": 12.5, "18": "2026-01-01T00:00:00Z", "160": 1002, "3": "robot", "22": None},
    )
    fields = told["fields"]
    assert (fields["156"], fields["171"], fields["3"], "22" in fields) == (12.5, "TECH1", "robot", False)
    assert fields["18"] == "2026-01-01T00:00:00.0000000Z"
    assert desk.get("/tickets/101").ticket == fields


def test_somebody_deletes_a_ticket(desk: Desk) -> None:
    assert desk.act("delete", id=101) == {"id": "101", "exists": False, "fields": {}}
    assert desk.act("read", id=101)["exists"] is False
    assert desk.get("/tickets/101").status == 404


def test_records_are_listed_by_number(desk: Desk) -> None:
    first = desk.act("list", most=3)["records"]
    assert [each["id"] for each in first] == ["1", "101", "102"]
    assert desk.act("list", after="101", most=1)["records"][0] == first[2]


WRONG = [
    ("read", {}),
    ("read", {"id": "x"}),
    ("read", {"id": True}),
    ("read", {"id": 1, "more": 1}),
    ("read", {"id": 1, "entity": "x"}),
    ("read", []),
    ("create", {"fields": []}),
    ("create", {"fields": {"5": 1}}),
    ("create", {"fields": {"1": 1}}),
    ("create", {"fields": {"83": "x"}}),
    ("create", {"fields": {"72": "Nonsense"}}),
    ("create", {"fields": {"8": 999}}),
    ("create", {"fields": {"95": None}}),
    ("create", {"by": "Nobody There"}),
    ("create", {"delay": 5}),
    ("create", {"x": 1}),
    ("change", {"id": 101}),
    ("change", {"id": 999, "fields": {"22": "x"}}),
    ("change", {"id": 101, "fields": {"163": 1}}),
    ("delete", {"id": 999}),
    ("act", {"id": 101}),
    ("act", {"id": 101, "action": "dance"}),
    ("act", {"id": 101, "action": "close", "fields": {}, "x": 1}),
    ("act", {"id": 101, "action": "assign", "technician": "x"}),
    ("act", {"id": 101, "action": "change_status", "status": "x"}),
    ("act", {"id": 101, "action": "note", "duration": -1}),
    ("act", {"id": 101, "action": "note", "private": "x"}),
    ("act", {"id": 101, "action": "attach", "url": [5]}),
    ("list", {"most": 10_001}),
    ("list", {"after": -1}),
]


@pytest.mark.parametrize(("operation", "request_"), WRONG)
def test_mistakes_are_told_and_change_nothing(desk: Desk, operation: str, request_: Any) -> None:
    before = desk.everything()
    with pytest.raises(Misuse) as told:
        desk.world.act("trackit", operation, request_)
    assert len(str(told.value)) > 15
    assert desk.everything() == before


def test_odd_texts_and_times_break_nothing(desk: Desk) -> None:
    desk.act("act", id=1, action="note", text="half \ud800 pair")
    desk.act("act", id=1, action="attach", name="\udfff.txt", url="\ud800")
    desk.admin("rename label", field="22", label="T\ud800")
    desk.admin("enter", list="requestor", entry=1, facts={"phone": "\ud800"})
    assert desk.get("/tickets/1/Notes/0/0").records("TicketNotes")[0]["5"] == "half \ufffd pair"
    assert desk.get("/tickets/101").json["Tickets"]["22"]["DisplayName"] == "T\ufffd"
    assert desk.get("/tickets/1/Attachments/0/0").status == 200
    for moment in ("9899-12-31T23:59:58Z", "1100-01-01T00:00:00Z"):
        desk.world.clock.set(instants.from_iso(moment))
        desk.tokens.clear()
        made = desk.post("/tickets", {"Properties": {"107": "3 - Medium"}})
        assert made.ticket["12"][:4] == moment[:4]
        for status in ("Paused", "Open", "Closed"):
            assert (
                desk.post(f"/tickets/{made.ticket['1']}/ChangeStatus", {"StatusName": status, "Note": NOTE}).status
                == 200
            )


# --- the administrator ------------------------------------------------------------------------------------------------


def test_the_customers_truth_has_no_secret(desk: Desk) -> None:
    desk.token("demo")
    told = desk.act("read", id="customer")
    assert told["fields"]["technicians"]["HELP DESK\\DEMO"] == {"role": "Administrator", "active": True, "sessions": 1}
    assert "password" not in str(told)


def test_a_new_technician_can_work_at_once(desk: Desk) -> None:
    desk.admin("add technician", user="FIELD SERVICE\\NEW", password="new-password", first="Nel", last="New")
    reply = desk.login(grant_type="password", username="FIELD SERVICE\\NEW", password="new-password")
    assert (reply.json["First Name"], reply.json["usergroupname"]) == ("Nel", "FIELD SERVICE")
    desk.tokens["new"] = reply.json["access_token"]
    made = desk.post("/tickets", {"Properties": {}}, "new").ticket
    assert (made["3"], made["4"], made["157"]) == ("NEW", 3, "Nel New")
    assert "new-password" not in "\n".join(map(str, desk.world.journal)).replace("'password': 'new-password'", "")


def test_two_technicians_may_have_the_same_password(desk: Desk) -> None:
    desk.admin("add technician", user="FIELD SERVICE\\NEW", password="demo-password")
    for user, group in (("FIELD SERVICE\\NEW", "FIELD SERVICE"), ("HELP DESK\\DEMO", "HELP DESK")):
        reply = desk.login(grant_type="password", username=user, password="demo-password")
        assert (reply.status, reply.json["usergroupname"]) == (200, group)


def test_a_list_can_be_changed(desk: Desk) -> None:
    desk.admin("enter", list="status", facts={"name": "Pending", "type": "O", "stops": True})
    assert "103" in desk.post("/tickets/101/ChangeStatus", {"StatusName": "Pending", "Note": NOTE}).ticket
    desk.admin("enter", list="activity", entry=50, facts={"tickets": True})
    note = {"Note Type": "Technician Note", "Activity Code": "Assignment Work"}
    assert desk.post("/tickets/101/AddNote", note).status == 200
    desk.admin("enter", list="requestor", entry=1, facts={"phone": "1"})
    assert desk.get("/tickets/101").ticket["39"] == "1"
    desk.admin("enter", list="group", facts={"name": "NIGHT"})
    desk.admin("enter", list="group", entry=2, facts={"precedence": None})
    assert desk.post("/tickets", {"Properties": {"22": "x"}}).status == 200
    login = {"UserName": "HELP DESK\\DEMO", "password": "demo-password"}
    listed = desk.post("/groups", login, user=None).json["Groups"][-1]
    assert (listed["Code"], listed["LastModified"], listed["LastUser"]) == (
        "NIGHT",
        "2026-03-02T10:00:00.0000000Z",
        "dbo",
    )
    desk.admin("enter", list="status", facts={"name": "Parked"})
    assert desk.post("/tickets/101/ChangeStatus", {"StatusName": "Parked", "Note": NOTE}).ticket["96"] == "Parked"


def test_a_status_that_was_taken_over_can_be_set(desk: Desk) -> None:
    desk.act("import", records=[{"id": "5000", "fields": {"2": "2026-01-01T00:00:00Z", "95": 77, "96": "Elsewhere"}}])
    assert desk.post("/tickets/101/ChangeStatus", {"StatusName": "Elsewhere", "Note": NOTE}).ticket["95"] == 77
    desk.admin("set default status", status="Elsewhere")
    assert desk.post("/tickets/5000/Close", {}).ticket["96"] == "Closed"


ADMIN_WRONG = [
    {},
    {"action": "dance"},
    {"action": "rename label"},
    {"action": "rename label", "field": "5", "label": "x"},
    {"action": "rename label", "field": "22", "label": "Category"},
    {"action": "rename label", "field": "22", "label": " "},
    {"action": "grant", "role": "x"},
    {"action": "grant", "user": "HELP DESK\\DEMO", "permissions": ["Fly"]},
    {"action": "withdraw", "role": "No such role", "permissions": ["View Ticket"]},
    {"action": "grant", "permissions": ["View Ticket"]},
    {"action": "add technician", "user": "x", "password": "y"},
    {"action": "add technician", "user": "HELP DESK\\DEMO", "password": "y"},
    {"action": "add technician", "user": "HELP DESK\\demo", "password": "demo-password"},
    {"action": "add technician", "user": "HELP DESK\\A", "password": "b", "role": "King"},
    {"action": "deactivate technician", "user": "HELP DESK\\X"},
    {"action": "change role", "user": "HELP DESK\\DEMO", "role": "King"},
    {"action": "segregate", "modules": ["Weather"]},
    {"action": "segregate", "group": "X"},
    {"action": "segregate", "sees": ["HELP DESK"]},
    {"action": "set licences", "licences": -1},
    {"action": "fail notes", "times": "many"},
    {"action": "end sessions", "user": "X"},
    {"action": "set default status", "status": "X"},
    {"action": "enter", "list": "weather", "facts": {"name": "x"}},
    {"action": "enter", "list": "status"},
    {"action": "enter", "list": "status", "facts": {"colour": "red"}},
    {"action": "enter", "list": "status", "facts": {"name": 5}},
    {"action": "enter", "list": "status", "facts": {"type": "X"}},
    {"action": "enter", "list": "group", "facts": {"precedence": ["weather"]}},
    {"action": "enter", "list": "group", "facts": {"comments": "x"}},
    {"action": "enter", "list": "group", "facts": {"name": "NIGHT", "precedence": [["category"]]}},
    {"action": "enter", "list": "group", "entry": 2, "facts": {"name": None}},
    {"action": "enter", "list": "technician", "facts": {"first": "Nina"}},
    {"action": "desegregate", "x": 1},
    {"action": "rename label", "field": "22", "label": "Title", "x": 1},
    {"action": "segregate", "group": "HELP DESK", "x": 1},
    {"action": "deactivate technician", "user": "HELP DESK\\DEMO", "x": 1},
    {"action": "withdraw", "user": "HELP DESK\\DEMO", "permissions": ["View Ticket"], "x": 1},
    {"action": "set licences", "licences": 0, "x": 1},
]


@pytest.mark.parametrize("request_", ADMIN_WRONG)
def test_an_administrators_mistakes(desk: Desk, request_: Any) -> None:
    before = (desk.act("read", id="customer"), desk.everything())
    with pytest.raises(Misuse) as told:
        desk.act("act", id="customer", **request_)
    assert len(str(told.value)) > 15
    assert (desk.act("read", id="customer"), desk.everything()) == before
    assert desk.login("tech1").status == desk.get("/tickets/101").status == 200


def test_a_note_that_is_taken_over_goes_with_its_number(desk: Desk) -> None:
    """What one ticket had under it is another's from then on."""
    first = desk.create(f22="first")
    desk.act("act", id=first, action="note", text="a")
    desk.act("act", id=first, action="note", text="b")
    number = desk.get(f"/tickets/{first}/Notes/0/0").records("TicketNotes")[1]["1"]
    fields = {"2": "2026-01-01T00:00:00Z", "5": "moved", "6": 101}
    desk.act("import", entity="note", records=[{"id": number, "fields": fields}])
    left = desk.get(f"/tickets/{first}/Notes/1/1")
    assert (left.json["Count"], left.records("TicketNotes")[0]["5"]) == (1, "b")
    assert desk.get(f"/tickets/Note/{number}").note["6"] == 101


@pytest.mark.parametrize(
    ("entity", "fields"),
    [
        ([], {}),
        ("attachment", {"ticket": 10**30}),
        ("attachment", {"ticket": 101, "6": [1]}),
        ("attachment", {}),
        ("assignment", {"ticket": 101, "2": "2026-01-01T00:00:00Z", "4": {}}),
        ("assignment", {"ticket": 101}),
        ("note", {"6": 101}),
        ("ticket", {"83": "x"}),
    ],
)
def test_what_cannot_be_taken_over_is_told(desk: Desk, entity: Any, fields: Any) -> None:
    before = desk.everything()
    with pytest.raises(Misuse):
        desk.act("import", entity=entity, records=[{"id": 900, "fields": fields}])
    assert desk.everything() == before


def test_a_record_that_is_taken_over_has_the_number_it_is_called_by(desk: Desk) -> None:
    desk.act("import", records=[{"id": 900, "fields": {"1": 101, "2": "2026-01-01T00:00:00Z", "22": "x"}}])
    assert desk.get("/tickets/900").ticket["22"] == "x"
