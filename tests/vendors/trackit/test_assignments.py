"""Assignments of their own: every call about one, what they take from tickets, their order, and who may and sees what."""

from __future__ import annotations

from typing import Any

import pytest

Desk = Any
PAIR = {"Note Type": "Technician Note", "Activity Code": "Assignment Work"}


def made(desk: Desk, user: str = "demo", **fields: Any) -> dict[str, Any]:
    """An assignment of ticket 101 that a client creates, by field number."""
    given = {name.lstrip("f"): value for name, value in fields.items()}
    return values(desk.post("/assignments", {"Properties": {"Ticket ID": 101, **given}}, user).json["Assignments"])


def values(record: Any) -> dict[str, Any]:
    return {number: each["Value"] for number, each in record.items()}


def told(reply: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The assignment and the note of an answer."""
    note = reply.json.get("AssignmentNote", reply.json.get("Note", {}))
    return values(reply.json["Assignment"]), values(note)


def listed(desk: Desk, path: str, key: str, user: str = "demo") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.get(path, user).records(key)
    return found


@pytest.mark.rule(
    "trackit.assignment.read", "trackit.assignment.envelope", "trackit.field.assignment", "trackit.read.assignments"
)
def test_an_assignment_is_read_as_it_is_listed(desk: Desk) -> None:
    one, other = listed(desk, "/tickets/101/Assignments/0/0", "Assignments")
    assert (one["1"], one["6"], one["22"], one["96"], "18" in one) == (1004, 101, "Look at the cable", "Open", False)
    assert (other["96"], other["48"], other["108"], "18" in other) == ("Closed", "TECH1", 3600, True)
    assert [values(desk.get(f"/assignments/{each['1']}").json["Assignments"]) for each in (one, other)] == [one, other]
    first = desk.get("/assignments/1004").json["Assignments"]
    assert [first[number]["DisplayName"] for number in ("1", "6", "22")] == [
        "Sequence",
        "Ticket ID",
        "Assignment Summary",
    ]
    desk.switch(envelope_keys="live")
    assert list(desk.get("/assignments/1004").json) == ["Assignment"]
    desk.switch(assignment_fields="sampled")
    assert list(desk.get("/assignments/1004").json["Assignment"]) == ["1", "2", "3", "4"]
    assert listed(desk, "/tickets/101/Assignments/1/2", "Assignments")[0].keys() == {"1", "2", "3", "4"}
    assert desk.get("/assignments/101").status == 404


@pytest.mark.rule("trackit.assignment.create", "trackit.assignment.copied", "trackit.assignment.assignee")
def test_a_new_assignment_takes_what_its_ticket_has(desk: Desk) -> None:
    ticket = desk.truth(101)
    found = made(desk, "tech1")
    assert {number: found[number] for number in ("8", "11", "14", "22", "106")} == {
        number: ticket[number] for number in ("8", "11", "14", "22", "106")
    }
    assert "7" in ticket
    assert not {"7", "18", "100"} & set(found)
    assert (found["67"], found["66"], found["3"], found["96"], found["4"]) == ("TECH1", "TECH1", "TECH1", "Open", 2)
    assert values(desk.get(f"/assignments/{found['1']}").json["Assignments"]) == found
    other = made(desk, f22="Another", f7="  more ", f67="TECH2", f96="Closed", f100="2026-03-05T15:00:00Z")
    assert (other["1"], other["22"], other["7"], other["67"]) == (found["1"] + 1, "Another", "  more ", "TECH2")
    assert (other["96"], other["18"], other["100"]) == ("Closed", other["12"], "2026-03-05T15:00:00.0000000Z")


@pytest.mark.rule("trackit.assignment.needs_ticket")
def test_an_assignment_has_a_ticket_and_stays_there(desk: Desk) -> None:
    assert desk.post("/assignments", {"Properties": {"22": "x"}}).json["Message"] == "Ticket ID is required."
    assert desk.post("/assignments", {"Properties": {"6": 999}}).status == 404
    assert desk.post("/assignments", {"22": "x"}).status == 400
    reply = desk.post("/assignments/1004", {"Properties": {"6": 102, "22": "Moved?"}})
    assert (values(reply.json["Assignments"])["6"], reply.findings) == (101, ["trackit.write.read_only_key"])


@pytest.mark.rule("trackit.assignment.update", "trackit.assignment.apart")
def test_an_update_changes_what_it_names_and_not_the_ticket(desk: Desk) -> None:
    before = desk.truth(101)
    desk.advance(60)
    found = values(
        desk.post("/assignments/1004", {"Properties": {"Assignment Summary": "Then", "8": 2}}, "tech1").json[
            "Assignments"
        ]
    )
    assert (found["22"], found["149"], found["3"], found["2"][:19]) == (
        "Then",
        "Anna Smith",
        "TECH1",
        "2026-03-02T10:01:00",
    )
    assert desk.truth(101) == before
    desk.switch(assignment_touches_ticket="on")
    desk.post("/assignments/1004", {"Properties": {"22": "Again"}}, "tech1")
    after = desk.truth(101)
    assert (after["2"][:19], after["3"]) == ("2026-03-02T10:01:00", "TECH1")
    assert {number for number in before if after.get(number) != before[number]} == {"2", "3"}


@pytest.mark.rule("trackit.assignment.status", "trackit.assignment.close", "trackit.assignment.apart")
def test_status_and_closing(desk: Desk) -> None:
    reply = desk.post("/assignments/1004/ChangeStatus", {"StatusName": "Paused", "Note": {**PAIR, "Note": "wait"}})
    found, note = told(reply)
    assert (found["96"], "103" in found, note["5"], note["10"]) == ("Paused", True, "wait", 0)
    assert list(reply.json) == ["Assignment", "AssignmentNote"]
    assert desk.post("/assignments/1004/ChangeStatus", {"StatusName": "Nonsense", "Note": PAIR}).status == 400
    assert desk.post("/assignments/1004/ChangeStatus", {"StatusName": "Open"}).status == 400
    desk.admin("set default status", status="Resolved")
    reply = desk.post("/assignments/1004/Close", {"Note": PAIR}, "tech1")
    found, note = told(reply)
    assert list(reply.json) == ["Assignment", "Note"]
    assert (found["96"], found["48"], "18" in found, "103" in found) == ("Resolved", "TECH1", True, False)
    assert (desk.truth(101)["96"], "18" in desk.truth(101)) == ("Open", False)  # though none is open any more
    assert list(desk.post("/assignments/1004/Close", {}).json) == ["Assignment"]


@pytest.mark.rule(
    "trackit.assignment.note",
    "trackit.assignment.notes",
    "trackit.assignment.one_note",
    "trackit.field.assignment_note",
    "trackit.note.time_spent",
)
def test_notes_of_an_assignment(desk: Desk) -> None:
    found, note = told(
        desk.post("/assignments/1004/AddNote", {**PAIR, "Note": "<b>Look</b> at it ", "Duration": "00:10:00"}, "tech1")
    )
    assert (found["163"], found["175"], found["3"]) == (600, note["7"], "TECH1")
    assert (note["5"], note["6"], note["10"], note["3"], note["15"]) == (
        "Look at it",
        1004,
        600,
        "TECH1",
        "Assignment Work",
    )
    assert "27" not in note
    reply = desk.post("/assignments/1005/AddNote", {**PAIR, "Private": True})  # a closed one takes notes, too
    assert (reply.status, reply.findings) == (200, ["trackit.wire.body_members"])
    desk.act("act", id=101, action="note_assignment", assignment=1004, text="by the system", system=True)
    path = "/assignments/1004/Notes/0/0"
    assert [each["5"] for each in listed(desk, path, "AssignmentNotes")] == ["Look at it"]
    assert [each["5"] for each in listed(desk, f"{path}?SystemNote=true&maxContentLength=4", "AssignmentNotes")] == [
        "by t",
        "Look",
    ]
    assert desk.get(path).json["Count"] == 1
    assert desk.get(f"/assignments/Note/{note['1']}").json["Note"] == [desk.get(path).json["AssignmentNotes"][0]]
    assert desk.get("/assignments/Note/1003").status == 404  # which is the number of a ticket's note
    assert desk.get("/tickets/101/Notes/0/0").json["Count"] == 3


@pytest.mark.rule("trackit.assignment.codes")
def test_note_types_and_activity_codes_of_assignments(desk: Desk) -> None:
    for type_, activity, status in (
        ("Assignment Description", "Research", 200),
        ("Ticket Description", "Research", 400),
        ("Technician Note", "System", 400),
        ("Technician Note", "Nonsense", 400),
    ):
        body = {"Note Type": type_, "Activity Code": activity}
        assert desk.post("/assignments/1004/AddNote", body).status == status, body
    assert desk.post("/assignments/1004/AddNote", {}).status == 400


@pytest.mark.rule("trackit.assignment.delete")
def test_what_is_deleted_is_unknown(desk: Desk) -> None:
    desk.post("/assignments/1004/AddNote", PAIR)
    desk.act("act", id=101, action="attach", assignment=1004)
    assert desk.post("/assignments/1004/Delete").json == {"success": True}
    assert [each["1"] for each in listed(desk, "/tickets/101/Assignments/0/0", "Assignments")] == [1005]
    for path in ("1004", "1004/Notes/0/0", "1004/Attachments/0/0", "Note/1"):
        assert desk.get(f"/assignments/{path}").status == 404
    desk.post("/tickets/101/Delete")
    assert desk.get("/assignments/1005").status == 404
    assert [desk.all(kind) for kind in ("assignment_note", "attachment")] == [[], desk.all("attachment")]


@pytest.mark.rule("trackit.assignment.templates")
def test_templates_of_the_group(desk: Desk) -> None:
    found = desk.get("/assignments/Templates", "nobody")
    assert list(found.json) == ["AssignmentTemplates"]
    (one,) = found.records("AssignmentTemplates")
    assert (one["1"], one["3"]) == (3, "Configure the workstation")
    assert [each["3"] for each in listed(desk, "/assignments/Templates", "AssignmentTemplates", "tech2")] == [
        "Configure the workstation",
        "Visit",
    ]


@pytest.mark.rule("trackit.assignment.links", "trackit.assignment.next_status")
def test_successors_and_predecessors(desk: Desk) -> None:
    third = made(desk)["1"]
    for next_, status in ((1005, None), (third, "Escalated")):
        more = {} if status is None else {"status": status}
        desk.act("act", id=101, action="link_assignments", first=1004, next=next_, **more)
    assert [each["1"] for each in listed(desk, "/assignments/1004/Successors/0/0", "Successors")] == [1005, third]
    assert [each["1"] for each in listed(desk, "/assignments/1004/Successors/1/2", "Successors")] == [third]
    assert [each["1"] for each in listed(desk, f"/assignments/{third}/Predecessors/0/0", "Predecessors")] == [1004]
    assert desk.get("/assignments/1004/Predecessors/0/0").json == {"Count": 0, "Predecessors": []}
    desk.post("/assignments/1004/Close", {})
    states = {each["1"]: each["96"] for each in listed(desk, "/tickets/101/Assignments/0/0", "Assignments")}
    assert states == {1004: "Closed", 1005: "Closed", third: "Escalated"}


@pytest.mark.rule("trackit.assignment.links_open", "trackit.segregation.applies")
def test_assignments_of_other_groups(desk: Desk) -> None:
    theirs = made(desk, f4=3)["1"]
    desk.act("act", id=101, action="link_assignments", first=1004, next=theirs)
    desk.admin("segregate", modules=["Assignments"])
    assert desk.get(f"/assignments/{theirs}").status == 404
    assert desk.post(f"/assignments/{theirs}", {"Properties": {"22": "x"}}).status == 404
    reply = desk.get("/tickets/101/Assignments/0/0")
    assert (reply.json["Count"], [each["1"] for each in reply.records("Assignments")]) == (2, [1004, 1005])
    assert [each["1"] for each in listed(desk, "/assignments/1004/Successors/0/0", "Successors")] == [theirs]
    assert desk.post("/assignments/1004", {"Properties": {"4": 3}}).status == 403
    assert desk.get(f"/assignments/{theirs}/Notes/0/0", "tech2").status == 200
    assert desk.get("/assignments/1004", "tech2").status == 404


CALLS = {
    "View Assignment": [("GET", "/assignments/1004", None), ("GET", "/assignments/1004/Successors/0/0", None)],
    "View Assignment Notes": [("GET", "/assignments/1004/Notes/0/0", None)],
    "Edit Assignment": [("POST", "/assignments/1004", {"Properties": {}}), ("POST", "/assignments/1004/Close", {})],
    "Create Assignment": [("POST", "/assignments", {"Properties": {"6": 101}})],
    "Create Assignment Note": [("POST", "/assignments/1004/AddNote", PAIR)],
    "Close Assignment": [("POST", "/assignments/1004/Close", {})],
    "View Attachment": [("GET", "/attachment/1001", None), ("GET", "/solutions/1/Attachments/0/0", None)],
    "View Solution": [("GET", "/solutions/1", None)],
    "Delete Assignment": [("POST", "/assignments/1004/Delete", None)],
}


@pytest.mark.rule("trackit.permission.assignments", "trackit.permission.view_solution")
def test_each_call_needs_a_permission(desk: Desk) -> None:
    for permission, calls in CALLS.items():
        desk.admin("withdraw", user="HELP DESK\\DEMO", permissions=[permission])
        for method, path, body in calls:
            reply = desk.ask(method, path, body)
            assert reply.json == {"Message": f"You do not have the permission {permission}."}, path
        desk.admin("grant", user="HELP DESK\\DEMO", permissions=[permission])
        for method, path, body in calls:
            assert desk.ask(method, path, body).status == 200, path


def test_other_people_work_on_assignments(desk: Desk) -> None:
    desk.act("act", id=102, action="close_assignment")  # of which there is none
    desk.act("act", id=102, action="add_assignment", fields={"22": "One"}, copies=2)
    first, latest = desk.act("list", entity="assignment", ticket=102)["records"]
    desk.act("act", id=102, action="change_assignment", fields={"18": "2026-03-01T00:00:00Z"})
    desk.act("act", id=102, action="close_assignment", assignment=int(first["id"]))
    told_ = {each["id"]: each["fields"] for each in desk.act("list", entity="assignment", ticket=102)["records"]}
    assert told_[first["id"]]["96"] == "Closed"
    assert told_[latest["id"]]["18"] == "2026-03-01T00:00:00.0000000Z"
    desk.act("act", id=102, action="drop_assignment")
    desk.act("act", id=102, action="reopen_assignment")
    (left,) = desk.act("list", entity="assignment", ticket=102)["records"]
    assert (left["id"], left["fields"]["96"]) == (first["id"], "Open")
    before = desk.everything()
    taken = [each["fields"] for each in desk.act("list", entity="assignment")["records"]]
    desk.act(
        "import", entity="assignment", clear=True, records=[{"id": str(each["1"]), "fields": each} for each in taken]
    )
    assert desk.everything() == before
