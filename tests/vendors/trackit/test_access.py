"""What a technician may do, and whose records he sees."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from mockservers.kernel.tenants import Tenant

Desk = Any
PAIR = {"Note Type": "Technician Note", "Activity Code": "Research"}
CALLS: dict[str, tuple[str, str, Any]] = {
    "read": ("GET", "/tickets/101", None),
    "update": ("POST", "/tickets/101", {"Properties": {"22": "x"}}),
    "create": ("POST", "/tickets", {"Properties": {}}),
    "status": ("POST", "/tickets/101/ChangeStatus", {"StatusName": "Escalated"}),
    "closed": ("POST", "/tickets/101/ChangeStatus", {"StatusName": "Cancelled"}),
    "noted": ("POST", "/tickets/101/ChangeStatus", {"StatusName": "Open", "Note": PAIR}),
    "note": ("POST", "/tickets/101/AddNote", PAIR),
    "close": ("POST", "/tickets/101/Close", {}),
    "close noted": ("POST", "/tickets/101/Close", {"Note": PAIR}),
    "notes": ("GET", "/tickets/101/Notes/0/0", None),
    "one note": ("GET", "/tickets/Note/1001", None),
    "attachments": ("GET", "/tickets/101/Attachments/0/0", None),
    "assignments": ("GET", "/tickets/101/Assignments/0/0", None),
    "templates": ("GET", "/tickets/Templates", None),
    "fields": ("GET", "/module/24/fields", None),
    "delete": ("POST", "/tickets/101/Delete", None),
}
NEEDED = {
    "read": ["View Ticket"],
    "update": ["Edit Ticket"],
    "create": ["Create Ticket"],
    "status": ["Edit Ticket"],
    "closed": ["Edit Ticket", "Close Ticket"],
    "noted": ["Edit Ticket", "Create Ticket Note"],
    "note": ["Create Ticket Note"],
    "close": ["Edit Ticket", "Close Ticket"],
    "close noted": ["Edit Ticket", "Close Ticket", "Create Ticket Note"],
    "notes": ["View Assignment Notes"],
    "one note": ["View Ticket Notes"],
    "attachments": ["View Attachment"],
    "assignments": ["View Assignment"],
    "templates": [],
    "fields": [],
    "delete": ["Delete Ticket"],
}
LITERAL = {"update": [], "closed": ["Edit Ticket", "Close Tickets"], "note": ["Create Ticket Notes"]}


def call(desk: Desk, name: str, user: str = "nobody") -> Any:
    method, path, body = CALLS[name]
    return desk.ask(method, path, body, user=user)


@pytest.mark.rule(
    "trackit.permission.view_ticket",
    "trackit.permission.edit_ticket",
    "trackit.permission.close_ticket",
    "trackit.permission.create_note",
    "trackit.permission.create_ticket",
    "trackit.permission.delete_ticket",
    "trackit.permission.view_notes",
    "trackit.permission.list_notes",
    "trackit.permission.view_attachment",
    "trackit.permission.view_assignment",
    "trackit.permission.denied",
)
@pytest.mark.parametrize("literal", [False, pytest.param(True, marks=pytest.mark.rule("trackit.permission.names"))])
def test_each_call_needs_just_its_permissions(desk: Desk, literal: bool) -> None:
    desk.switch(literal_permissions="on" if literal else "off", status_note="if_present")
    all_ = sorted({each for needed in (*NEEDED.values(), *LITERAL.values()) for each in needed})
    for name, usual in NEEDED.items():
        needed = LITERAL.get(name, usual) if literal else usual
        if name == "delete":
            continue
        for missing in needed:
            before = desk.everything()
            desk.admin("grant", user="HELP DESK\\NOBODY", permissions=all_)
            desk.admin("withdraw", user="HELP DESK\\NOBODY", permissions=[missing])
            reply = call(desk, name)
            assert (reply.status, list(reply.json)) == (403, ["Message"]), (name, missing)
            assert missing in reply.json["Message"]
            assert desk.everything() == before
        desk.admin("withdraw", user="HELP DESK\\NOBODY", permissions=all_)
        if needed:
            desk.admin("grant", user="HELP DESK\\NOBODY", permissions=needed)
        assert call(desk, name).status == 200, name
    desk.admin("withdraw", user="HELP DESK\\NOBODY", permissions=["Delete Ticket"])
    assert call(desk, "delete").status == 403
    desk.admin("grant", user="HELP DESK\\NOBODY", permissions=["Delete Ticket"])
    assert call(desk, "delete").status == 200


@pytest.mark.rule("trackit.permission.list_notes")
def test_the_permission_to_list_notes_may_be_a_slip_of_the_page(desk: Desk) -> None:
    listed, one = ("/tickets/101/Notes/0/0", "/tickets/Note/1001")
    reply = desk.get(listed, "reader")
    assert (reply.status, reply.entry.refused_by) == (403, "trackit.permission.list_notes")
    assert "View Assignment Notes" in reply.json["Message"]
    assert desk.get(one, "reader").status == 200
    desk.switch(notes_permission="ticket_notes")
    assert desk.get(listed, "reader").status == 200
    desk.admin("withdraw", role="Reader", permissions=["View Ticket Notes"])
    assert [desk.get(path, "reader").status for path in (listed, one)] == [403, 403]


@pytest.mark.rule("trackit.permission.denied")
def test_the_framework_would_answer_401(desk: Desk) -> None:
    desk.switch(permission_status="401")
    reply = call(desk, "read")
    assert (reply.status, reply.json) == (401, {"Message": "Authorization has been denied for this request."})


def test_roles_hold_permissions(desk: Desk) -> None:
    assert call(desk, "delete", "tech1").status == 403
    desk.admin("grant", role="Technician", permissions=["Delete Ticket"])
    assert call(desk, "delete", "tech1").status == 200
    desk.admin("withdraw", role="Technician", permissions=["Create Ticket"])
    assert call(desk, "create", "tech1").status == 403
    desk.admin("change role", user="HELP DESK\\TECH1", role="Administrator")
    assert call(desk, "create", "tech1").status == 200


# --- segregation ------------------------------------------------------------------------------------------------------

HIDING = ("read", "update", "status", "closed", "noted", "note", "close", "notes", "assignments", "delete")


def on_the_road(desk: Desk, name: str, user: str = "demo") -> Any:
    """A call on ticket 106, which belongs to the field service."""
    desk.switch(status_note="if_present")
    method, path, body = CALLS[name]
    note = desk.all("note")
    path = path.replace("101", "106", 1).replace("1001", str(next(each["1"] for each in note if each["6"] == 106)))
    return desk.ask(method, path, body, user=user)


@pytest.mark.rule("trackit.segregation.default_open")
def test_by_default_everybody_sees_everything(desk: Desk) -> None:
    for name in (*HIDING[:-1], "one note", "attachments"):
        assert on_the_road(desk, name).status == 200, name


@pytest.mark.rule("trackit.segregation.applies", "trackit.segregation.hidden")
def test_other_groups_see_nothing(desk: Desk) -> None:
    desk.admin("segregate")
    before = desk.everything()
    for name in (*HIDING, "one note"):
        reply = on_the_road(desk, name)
        assert (reply.status, reply.entry.outcome) == (404, "refused"), name
        assert list(reply.json) == ["Message"]
    assert desk.everything() == before
    for name in (*HIDING[:-1], "one note"):
        assert on_the_road(desk, name, "tech2").status == 200, name
    assert call(desk, "read", "tech2").status == 404
    assert call(desk, "read", "demo").status == 200
    desk.admin("desegregate")
    assert on_the_road(desk, "read").status == 200


@pytest.mark.rule("trackit.read.attachments_open")
def test_attachments_of_a_hidden_ticket_are_listed(desk: Desk) -> None:
    desk.admin("segregate", modules=["Tickets", "Ticket Notes", "Assignments"])
    reply = on_the_road(desk, "attachments")
    assert (reply.status, reply.json["Count"]) == (200, 1)
    assert desk.get("/tickets/999/Attachments/0/0").status == 404


@pytest.mark.rule("trackit.segregation.hidden")
def test_hidden_may_be_forbidden_or_like_unknown(desk: Desk) -> None:
    desk.admin("segregate")
    for hidden, unknown, status in (("404", "404", 404), ("404", "400", 400), ("404", "500", 500), ("403", "404", 403)):
        desk.switch(hidden_ticket=hidden, unknown_ticket=unknown)
        assert on_the_road(desk, "read").status == status


@pytest.mark.rule("trackit.segregation.applies")
def test_modules_are_segregated_each(desk: Desk) -> None:
    desk.admin("segregate", modules=["Ticket Notes"])
    assert [on_the_road(desk, name).status for name in ("read", "notes", "one note", "assignments")] == [
        200,
        404,
        404,
        200,
    ]
    desk.admin("desegregate", modules=["Ticket Notes"])
    desk.admin("segregate", modules=["Assignments"])
    assert [on_the_road(desk, name).status for name in ("read", "notes", "one note", "assignments")] == [
        200,
        200,
        200,
        404,
    ]


@pytest.mark.rule("trackit.segregation.applies")
def test_a_group_may_see_another(desk: Desk) -> None:
    desk.admin("segregate", group="HELP DESK", sees=["FIELD SERVICE"])
    assert on_the_road(desk, "read").status == 200
    assert call(desk, "read", "tech2").status == 404
    assert call(desk, "read", "admin").status == 404


@pytest.mark.rule("trackit.segregation.own_groups")
def test_nobody_gives_a_ticket_away_to_where_he_cannot_see_it(desk: Desk) -> None:
    body = {"Properties": {"4": 3}}
    assert desk.post("/tickets/102", body).ticket["4"] == 3
    desk.admin("segregate")
    before = desk.everything()
    assert [desk.post("/tickets/101", body).status, desk.post("/tickets", body).status] == [403, 403]
    assert desk.everything() == before
    assert desk.post("/tickets/101", {"Properties": {"4": None}}).status == 200
    assert desk.get("/tickets/101", "tech2").status == 200  # a ticket of no group is everybody's


def test_tenants_are_apart(desk: Desk) -> None:
    assert desk.get("/tickets/101", "other").status == 404
    there = desk.all(tenant="other-desk")
    assert [each["1"] for each in there] == list(range(1, 11))
    mine, theirs = desk.get("/tickets/1").ticket, desk.get("/tickets/1", "other").ticket
    assert mine != theirs
    assert theirs["95"] > 5000  # the same names with other numbers
    assert desk.get("/tickets/1", "other").json["Tickets"]["22"]["DisplayName"] == "Title"
    assert desk.post("/tickets/1/Close", {}, "other").ticket["96"] == "Resolved"
    assert desk.post("/tickets/2/Delete", user="other").status == 200
    assert desk.get("/tickets/1").status == 200


def test_a_tenant_that_is_added_has_the_first_ones_settings(desk: Desk) -> None:
    there = desk.world.installation("trackit")
    there.tenants.add(Tenant("new", there.dialect, deepcopy(there.tenants.first.facts)))
    odd = {
        "user": "HELP DESK\\ODD",
        "technician": "x",
        "role": ["Administrator"],
        "granted": 5,
        "withdrawn": "View Ticket",
    }
    there.tenants.grant("new", "technician", "odd-password", None, odd)
    there.tenants.grant(
        "new", "technician", "even-password", None, {"user": "HELP DESK\\EVEN", "role": "Administrator"}
    )
    for user, status in (("ODD", 403), ("EVEN", 200)):
        form = {"grant_type": "password", "username": f"HELP DESK\\{user}", "password": f"{user.lower()}-password"}
        desk.tokens[user] = desk.login(**form).json["access_token"]
        assert desk.post("/tickets", {"Properties": {"72": "Network"}}, user).status == status
        assert desk.get("/module/24/fields", user).status == 200
    made = desk.get("/tickets/1", "EVEN").ticket
    assert (made["3"], made["4"], made["96"], made["72"], "10" in made) == ("EVEN", 2, "Open", "Network", False)
    desk.admin("enter", "new", list="category", entry=3, facts={"name": "Nets"})
    assert desk.get("/tickets/1", "EVEN").ticket["72"] == "Nets"
    assert desk.post("/tickets/1/Close", {}, "EVEN").ticket["96"] == "Closed"
    assert desk.post("/tickets/101", {"Properties": {"72": "Network"}}).ticket["72"] == "Network"
