"""Creating and updating: keys, values, virtual fields, what cannot be written, what the server sets."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.kernel import catalogue

Desk = Any
FIELDS = {each.more["sequence"]: each for each in catalogue.load("trackit")["ticket"].fields}
WRITABLE = [number for number, each in FIELDS.items() if not each.read_only]
READ_ONLY = [number for number, each in FIELDS.items() if each.read_only]


def update(desk: Desk, properties: Any, id_: int = 101, **more: Any) -> Any:
    return desk.post(f"/tickets/{id_}", {"Properties": properties, **more})


@pytest.mark.rule("trackit.audit.writes")
def test_the_journal_tells_who_wrote(desk: Desk) -> None:
    id_ = desk.create()
    theirs = desk.world.journal.since(desk.world.journal.count - 1)[0]
    mine = update(desk, {"22": "x"}, id_).entry
    assert [(each.actor, each.operation) for each in (theirs, mine)] == [
        ("other", "create"),
        ("client", "ticket.update"),
    ]


@pytest.mark.rule("trackit.write.update", "trackit.write.stamp")
def test_an_update_answers_with_the_ticket_as_it_is_then(desk: Desk) -> None:
    desk.advance(0.5)
    reply = update(desk, {"Category": "Applications", "Additional Information": "Field is updated. "})
    assert (reply.ticket["72"], reply.ticket["11"], reply.ticket["7"]) == ("Applications", 1, "Field is updated. ")
    assert (reply.ticket["2"], reply.ticket["3"]) == ("2026-03-02T10:00:00.5000000Z", "DEMO")
    assert reply.ticket["12"] == "2019-01-21T09:12:06.1730000Z"
    assert desk.get("/tickets/101").json == reply.json
    assert desk.truth(101) == reply.ticket


@pytest.mark.rule("trackit.write.create", "trackit.write.assignee", "trackit.write.nothing_required")
def test_a_new_ticket_gets_a_number_and_what_the_server_sets(desk: Desk) -> None:
    first = desk.post("/tickets", {"Properties": {}})
    highest = max(each["1"] for each in desk.all())
    assert first.ticket["1"] == highest
    assert {n: first.ticket[n] for n in ("2", "3", "4", "10", "12", "16", "66", "67", "95", "96", "102", "124")} == {
        "2": "2026-03-02T10:00:00.0000000Z",
        "3": "DEMO",
        "4": 2,
        "10": 1001,
        "12": "2026-03-02T10:00:00.0000000Z",
        "16": 1001,
        "66": "DEMO",
        "67": "DEMO",
        "95": 1,
        "96": "Open",
        "102": False,
        "124": "HELP DESK",
    }
    assert desk.get(f"/tickets/{highest}").json == first.json
    other = desk.post("/tickets", {"Properties": {"67": "TECH1", "Assigned To First Name": None}})
    assert "10" not in other.ticket  # the last one in the list decides, and it is null
    assert desk.post("/tickets", {"Properties": {"67": "TECH1"}}).ticket["157"] == "Terry Tech"


@pytest.mark.rule("trackit.write.no_idempotency")
def test_what_is_sent_twice_is_there_twice(desk: Desk) -> None:
    body = {"Properties": {"22": "twice"}}
    ids = [desk.post("/tickets", body).ticket["1"] for _ in range(2)]
    assert ids[1] == ids[0] + 1
    assert desk.post(f"/tickets/{ids[1]}/Delete").status == 200
    assert desk.post("/tickets", body).ticket["1"] == ids[1] + 1  # a deleted number is not given again


@pytest.mark.rule("trackit.write.nothing_required")
def test_a_summary_may_be_required(desk: Desk) -> None:
    desk.switch(summary_required="on")
    before = desk.everything()
    for properties in ({}, {"22": ""}, {"22": "  "}, {"22": None}, {"7": "x"}):
        assert desk.post("/tickets", {"Properties": properties}).status == 400
    assert desk.everything() == before
    assert desk.post("/tickets", {"Properties": {"Ticket Summary": "x"}}).status == 200


@pytest.mark.rule("trackit.write.properties")
@pytest.mark.parametrize(
    "body", [None, b"null", [], 5, "x", {}, {"Properties": None}, {"Properties": []}, {"OptionalParams": {}}]
)
def test_a_body_without_properties_is_refused(desk: Desk, body: Any) -> None:
    before = desk.everything()
    assert desk.post("/tickets", body).status == 400
    assert desk.post("/tickets/101", body).status == 400
    assert desk.everything() == before


# --- keys and values --------------------------------------------------------------------------------------------------


@pytest.mark.rule("trackit.wire.property_key")
def test_number_or_label_is_the_key(desk: Desk) -> None:
    for key in ("22", " 22 ", "Ticket Summary", "ticket summary"):
        assert update(desk, {key: f"by {key}"}).ticket["22"] == f"by {key}"
    desk.admin("rename label", field="22", label="Title")
    reply = update(desk, {"Title": "current"})
    assert (reply.ticket["22"], reply.findings) == ("current", [])
    reply = update(desk, {"Ticket Summary": "original"})
    assert (reply.ticket["22"], reply.findings) == ("original", ["trackit.wire.property_key"])
    desk.admin("rename label", field="85", label="Ticket Summary")
    reply = update(desk, {"Ticket Summary": "now another field"})
    assert (reply.ticket["22"], reply.ticket["85"]) == ("original", "now another field")


VALUES = {"text": "täxt", "integer": 5, "decimal": 1.25, "boolean": True, "datetime": "2024-02-29T12:00:00Z"}
LINKED = {
    4: 3,
    8: 2,
    10: 1002,
    11: 2,
    14: 2,
    15: 2,
    75: 2,
    95: 2,
    106: 2,
    178: 2,
    34: "FIELD SERVICE",
    36: "ASMITH",
    37: "Anna",
    38: "Müller",
    39: "404-555-0101",
    40: "12",
    43: "Manager",
    49: "Köln",
    65: "Research",
    67: "TECH1",
    68: "Terry",
    69: "Träger",
    70: "404-555-0111",
    71: "110",
    72: "Network",
    91: "Gold",
    92: "Round the clock",
    96: "Escalated",
    97: "Handed to the second level",
    107: "2 - High",
    114: "asmith@company.example",
    141: 2,
    142: 28_800,
    145: "New Hire",
    149: "Anna Smith",
    157: "Terry Tech",
    158: 2,
    159: "Install the driver",
    166: "A-0002",
    167: "BCM-77",
    168: "LAPTOP-007",
    172: "Move the mail server",
    179: "PO-1002",
    **{115 + n: f"Choice {n}B" for n in range(1, 9)},
}


@pytest.mark.rule("trackit.write.updatable", "trackit.write.virtual")
def test_each_of_the_78_fields_can_be_written(desk: Desk) -> None:
    assert len(WRITABLE) == 78
    for number in WRITABLE:
        value = LINKED.get(number, VALUES[FIELDS[number].type])
        id_ = desk.create()
        for key in (str(number), FIELDS[number].name):
            reply = update(desk, {key: value}, id_)
            assert reply.status == 200
            wanted = "2024-02-29T12:00:00.0000000Z" if FIELDS[number].type == "datetime" else value
            assert reply.ticket[str(number)] == wanted, number
            assert reply.findings == []


@pytest.mark.rule("trackit.write.read_only_key")
def test_the_other_42_cannot_be_written(desk: Desk) -> None:
    assert len(READ_ONLY) == 42
    before = desk.truth(110)
    reply = update(desk, {str(number): VALUES[FIELDS[number].type] for number in READ_ONLY}, 110)
    assert reply.findings == ["trackit.write.read_only_key"] * 42
    assert {**desk.truth(110), "2": 0, "3": 0} == {**before, "2": 0, "3": 0}
    reply = update(desk, {"5": 1, "No such field": 1, "": 1, "999999": 1, "22": "kept"})
    assert (reply.ticket["22"], len(reply.findings)) == ("kept", 4)


@pytest.mark.rule("trackit.write.read_only_key")
@pytest.mark.parametrize("key", ["1", "Last User", "5", "No such field"])
def test_they_may_be_refused(desk: Desk, key: str) -> None:
    desk.switch(unwritable_property="reject")
    before = desk.everything()
    assert update(desk, {"22": "x", key: "y"}).status == 400
    assert desk.post("/tickets", {"Properties": {key: "y"}}).status == 400
    assert desk.everything() == before


@pytest.mark.rule("trackit.write.value")
@pytest.mark.parametrize(
    ("number", "value"),
    [
        (83, "x"),
        (83, 2**31),
        (83, -(2**31) - 1),
        (83, 1.5),
        (83, True),
        (83, []),
        (83, ""),
        (84, "x"),
        (84, 1e30),
        (84, {}),
        (84, True),
        (84, "NaN"),
        (109, "yes"),
        (109, 1),
        (109, []),
        (81, "yesterday"),
        (81, 5),
        (81, "1752-12-31T00:00:00Z"),
        (81, "10000-01-01"),
        (81, "2024-02-30T00:00:00Z"),
        (81, True),
        (22, {}),
        (22, []),
        (22, "a\x00b"),
        (8, "x"),
        (8, {}),
        (72, []),
        (142, "x"),
    ],
)
def test_values_must_fit(desk: Desk, number: int, value: Any) -> None:
    before = desk.everything()
    assert update(desk, {"22": "not kept", str(number): value}).status == 400
    assert desk.everything() == before


@pytest.mark.rule("trackit.write.value")
@pytest.mark.parametrize(
    ("number", "value", "kept"),
    [
        (83, "-5", -5),
        (83, " 7 ", 7),
        (83, 3.0, 3),
        (84, "1.5", 1.5),
        (109, "True", True),
        (109, "false", False),
        (22, 5, "5"),
        (22, True, "True"),
        (22, 1.5, "1.5"),
    ],
)
def test_values_of_other_types_that_can_be_read(desk: Desk, number: int, value: Any, kept: Any) -> None:
    assert update(desk, {str(number): value}).ticket[str(number)] == kept


@pytest.mark.parametrize(
    ("number", "value", "kept"),
    [
        (84, 7, 7.0),
        (84, 0.00004, 0.0),
        (84, -0.5, -0.5),
        (22, "", ""),
        (81, "2024-02-29", "2024-02-29T00:00:00.0000000Z"),
        (81, "2024-02-29T12:00:00", "2024-02-29T12:00:00.0000000Z"),
        (81, "2024-02-29T12:00:00+02:00", "2024-02-29T10:00:00.0000000Z"),
        (22, "\ud800", "\ufffd"),
        (22, "\U0001f600", "\U0001f600"),
    ],
)
def test_values_of_their_own_type(desk: Desk, number: int, value: Any, kept: Any) -> None:
    assert update(desk, {str(number): value}).ticket[str(number)] == kept


@pytest.mark.rule("trackit.write.text_kept")
@pytest.mark.parametrize(
    "text", ["trailing ", " leading", " <b>markup</b> ", "line\r\nbreak\t", 'é ä 𝄞 "quoted" \\ ', "x" * 100_000 + " "]
)
def test_texts_come_back_as_they_were_sent(desk: Desk, text: str) -> None:
    assert update(desk, {"7": text, "22": text}).ticket["7"] == text
    assert desk.get("/tickets/101").ticket["22"] == text


@pytest.mark.rule("trackit.write.null")
def test_null_clears_a_field(desk: Desk) -> None:
    reply = update(desk, {"7": None, "Category": None, "106": None, "22": ""})
    assert not {"7", "11", "72", "106", "107", "142"} & set(reply.ticket)
    assert reply.ticket["22"] == ""
    assert update(desk, {"96": None}).ticket["96"] == "Open"  # a ticket is never without a status
    desk.switch(null_property="ignore")
    assert update(desk, {"22": None}).ticket["22"] == ""


# --- virtual fields ---------------------------------------------------------------------------------------------------


@pytest.mark.rule("trackit.write.virtual")
def test_a_display_field_links_and_edits_nobody(desk: Desk) -> None:
    reply = update(desk, {"Requestor Phone": "404-555-0101"})
    assert {n: reply.ticket[n] for n in ("8", "36", "37", "38", "39", "149")} == {
        "8": 2,
        "36": "ASMITH",
        "37": "Anna",
        "38": "Smith",
        "39": "404-555-0101",
        "149": "Anna Smith",
    }
    assert desk.get("/tickets/104").ticket["39"] == "404-555-0100"
    assert update(desk, {"Requestor Phone": "404-555-0100"}).ticket["8"] == 1  # the lowest number of two who share it
    assert update(desk, {"Requestor Last Name": "  müller"}).ticket["8"] == 3


@pytest.mark.rule("trackit.write.virtual_unknown")
def test_a_value_that_nobody_has_links_nothing(desk: Desk) -> None:
    reply = update(desk, {"Requestor Phone": "no such phone", "8": 99, "Category": "Nonsense", "22": "kept"})
    assert reply.findings == ["trackit.write.virtual_unknown"] * 2
    assert (reply.ticket["8"], reply.ticket["72"], reply.ticket["22"]) == (1, "Printers", "kept")
    desk.switch(unwritable_property="reject")
    before = desk.everything()
    assert update(desk, {"22": "x", "Category": "Nonsense"}).status == 400
    assert desk.everything() == before


@pytest.mark.rule("trackit.write.last_wins")
def test_the_last_of_one_module_decides(desk: Desk) -> None:
    assert update(desk, {"Requestor First Name": "Jörg", "Requestor Phone": "404-555-0101"}).ticket["8"] == 2
    assert update(desk, {"Requestor Phone": "404-555-0101", "Requestor First Name": "Jörg"}).ticket["8"] == 3
    assert update(desk, {"8": 1, "36": "ASMITH"}).ticket["8"] == 2
    assert update(desk, {"36": "ASMITH", "8": 1}).ticket["8"] == 1
    created = desk.post(
        "/tickets", {"Properties": {"72": "Network", "11": 2, "Requestor": "Anna Smith", "39": "404-555-0100"}}
    )
    assert (created.ticket["11"], created.ticket["8"]) == (2, 1)
    reply = desk.post("/tickets/101", b'{"Properties": {"22": "first", "8": 1, "22": "second"}}')
    assert (reply.ticket["22"], reply.findings) == ("second", ["trackit.write.last_wins"])


# --- status, priority, notes of an update -----------------------------------------------------------------------------


@pytest.mark.rule("trackit.write.status_fields", "trackit.status.closes")
def test_an_update_can_change_the_status(desk: Desk) -> None:
    for properties, name in (
        ({"95": 2}, "Escalated"),
        ({"96": "closed"}, "Closed"),
        ({"97": "Work is to be done"}, "Open"),
    ):
        reply = update(desk, properties)
        assert reply.ticket["96"] == name
        assert ("18" in reply.ticket) == (name == "Closed")
    assert desk.get("/tickets/101/Notes/0/0").json["Count"] == 3


@pytest.mark.rule("trackit.write.status_fields")
def test_a_closed_status_may_need_the_permission_to_close(desk: Desk) -> None:
    body = {"Properties": {"96": "Cancelled"}}
    assert desk.post("/tickets/102", body, "tech1").status == 200
    desk.switch(closed_by_update="needs_close")
    assert desk.post("/tickets/101", body, "tech1").status == 403
    assert desk.post("/tickets", body, "tech1").status == 403
    assert desk.post("/tickets/102", body, "tech1").status == 200  # it has that status already
    assert desk.post("/tickets/101", body, "demo").status == 200


@pytest.mark.rule("trackit.write.priority")
def test_the_priority_of_a_new_ticket(desk: Desk) -> None:
    def priority(user: str = "demo", **properties: Any) -> Any:
        reply = desk.post(
            "/tickets", {"Properties": {name.lstrip("f"): value for name, value in properties.items()}}, user
        )
        return reply.ticket.get("106")

    assert priority() is None
    assert priority(f72="Network") == 2
    assert priority(f72="Applications", f36="ASMITH") == 3
    assert priority("tech2", f72="Applications", f36="ASMITH") == 1
    assert priority(f72="Hardware", f49="Köln", f65="Research") == 2
    assert priority(f65="Research") == 4
    assert priority(f72="Network", f107="4 - Low") == 4


@pytest.mark.rule("trackit.write.update_note")
def test_an_update_may_bring_a_note(desk: Desk) -> None:
    note = {"Note Type": "Technician Note", "Activity Code": "Research", "Note": "with it", "Duration": "00:00:05"}
    optional = {"OptionalParams": {"Note": note}}
    assert update(desk, {}, OptionalParams={"Note": note}).status == 200
    assert desk.get("/tickets/101/Notes/0/0").json["Count"] == 3
    desk.switch(update_note="added")
    reply = desk.post("/tickets/101", {"Properties": {"22": "new"}, **optional})
    assert (list(reply.json), reply.ticket["22"]) == (["Tickets"], "new")
    found = desk.get("/tickets/101/Notes/1/1").records("TicketNotes")[0]
    assert (found["5"], found["10"]) == ("with it", 5)
    before = desk.everything()
    assert desk.post("/tickets/101", {"Properties": {"22": "x"}, "OptionalParams": {"Note": {}}}).status == 400
    desk.admin("withdraw", user="HELP DESK\\DEMO", permissions=["Create Ticket Note"])
    assert desk.post("/tickets/101", {"Properties": {"22": "x"}, **optional}).status == 403
    assert desk.everything() == before


@pytest.mark.rule("trackit.write.virtual_unknown", "trackit.write.last_wins")
def test_a_pair_that_contradicts_itself_links_nothing_and_clears_nothing(desk: Desk) -> None:
    """The last of several display fields of one record decides; where it names no record, the ticket stays as it is."""
    before = {
        name: value for name, value in desk.get("/tickets/101").ticket.items() if name in ("8", "36", "39", "149")
    }
    assert before["36"] == "JSMITH"
    for given in (
        {"Requestor": "Anna Smith", "Requestor ID": "nope"},
        {"149": "Anna Smith", "36": "nope"},
        {"36": "nope"},
        {"8": 999},
    ):
        reply = desk.post("/tickets/101", {"Properties": given})
        assert reply.status == 200
        assert "trackit.write.virtual_unknown" in reply.findings
        assert {name: reply.ticket.get(name) for name in before} == before
    reply = desk.post("/tickets/101", {"Properties": {"36": "nope", "149": "Anna Smith"}})
    assert (reply.ticket["36"], reply.findings) == ("ASMITH", [])
