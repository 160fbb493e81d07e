"""What other people and administrators do at Autotask, seen by a client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from mockservers.kernel import instants
from mockservers.kernel.rules import Misuse
from mockservers.vendors.autotask.emulator import company
from mockservers.vendors.autotask.emulator.entities import ENTITIES
from tests.vendors.autotask.post import SPACE, Post, texts, where

NOW = "2026-03-02T10:00:00Z"


@pytest.fixture
def post() -> Iterator[Post]:
    made = Post(data="demo:30")
    yield made
    made.world.close()


def do(post: Post, operation: str, tenant: str | None = None, **request: Any) -> dict[str, Any]:
    found: dict[str, Any] = post.world.act("autotask", operation, request, tenant)
    json.dumps(found)
    return found


def administer(post: Post, action: str, **more: Any) -> dict[str, Any]:
    fields: dict[str, Any] = do(post, "act", id="customer", action=action, **more)["fields"]
    return fields


def ticket(post: Post, **fields: Any) -> str:
    found: str = do(post, "create", fields=fields)["id"]
    return found


def later(post: Post) -> str:
    post.world.clock.advance(instants.HOUR)
    return instants.to_iso(post.world.clock.now())


def seen(post: Post, id_: str, name: str, entity: str = "Ticket") -> str | None:
    found = texts(post.query(entity, where("id", "Equals", id_)), name)
    return found[0] if found else None


# --- records ----------------------------------------------------------------------------------------------------------


def test_a_created_ticket_is_filled_in_plausibly_and_always_the_same(post: Post) -> None:
    made = do(post, "create")
    fields = made["fields"]
    assert made["exists"] is True
    assert fields["Title"]
    assert fields["TicketNumber"].startswith("T20260302.")
    assert fields["CreateDate"] == fields["LastActivityDate"] == NOW
    assert fields["UserDefinedFields"]["Locate Ref"] is None
    assert seen(post, made["id"], "Title") == fields["Title"]
    assert do(Post(data="demo:30"), "create") == made


def test_what_is_given_is_taken(post: Post) -> None:
    id_ = ticket(
        post,
        Title="Given",
        Status=8,
        Priority=4,
        UserDefinedFields={"utility": "Water", "Dig Date": "2026-04-01", "Depth & Width": "2.5"},
        LastActivityDate="2020-01-01T05:00:00Z",
        EstimatedHours=0.25,
    )
    found = do(post, "read", id=id_)["fields"]
    assert (found["Title"], found["Status"], found["EstimatedHours"]) == ("Given", 8, 0.25)
    assert found["LastActivityDate"] == "2020-01-01T05:00:00Z"
    assert found["UserDefinedFields"]["Utility"] == "W"
    assert found["UserDefinedFields"]["Dig Date"] == "2026-04-01T00:00:00"
    assert seen(post, id_, "LastActivityDate") == "2020-01-01T00:00:00"
    assert "W" in texts(post.query("Ticket", where("Utility", "Equals", "W", udf=True)), "Value")


@pytest.mark.parametrize("entity", sorted(ENTITIES))
def test_every_entity_can_be_made_read_changed_listed_and_deleted(entity: str) -> None:
    post = Post(data="demo:12")
    made = do(post, "create", entity=entity)
    id_, fields = made["id"], made["fields"]
    assert do(post, "read", entity=entity.upper(), id=id_) == made
    name = next(iter(fields))
    do(post, "change", entity=entity, id=id_, fields={name: fields[name]})
    assert id_ in [each["id"] for each in do(post, "list", entity=entity, most=10_000)["records"]]
    assert do(post, "delete", entity=entity, id=id_) == {"id": id_, "exists": False, "fields": {}}
    assert do(post, "read", entity=entity, id=id_)["exists"] is False


def test_lists_come_by_id_in_pages(post: Post) -> None:
    records = do(post, "list", most=12)["records"]
    records += do(post, "list", most=1000, after=records[-1]["id"])["records"]
    ids = [int(each["id"]) for each in records]
    assert ids == sorted(set(ids))
    assert len(ids) == 30
    assert len(do(post, "list", tenant="other-customer", most=1000)["records"]) == 25


@pytest.mark.rule("autotask.activity.moves", "autotask.activity.fields")
def test_a_change_moves_the_dates_and_an_activity_only_that_of_activity(post: Post) -> None:
    id_ = ticket(post, Title="Dates")
    at = later(post)
    after = do(post, "change", id=id_, fields={"Title": "Changed"})["fields"]
    assert after["LastActivityDate"] == after["LastTrackedModificationDateTime"] == at
    at_note = later(post)
    after = do(post, "act", id=id_, action="note", note="Called back")["fields"]
    assert after["LastActivityDate"] == at_note
    assert after["LastTrackedModificationDateTime"] == at
    contact = do(post, "list", entity="Contact", most=1)["records"][0]
    modified = contact["fields"]["LastModifiedDate"]
    at = later(post)
    account = contact["fields"]["AccountID"]
    do(post, "create", entity="AccountNote", fields={"ContactID": int(contact["id"]), "AccountID": account})
    after = do(post, "read", entity="Contact", id=contact["id"])["fields"]
    assert after["LastActivityDate"] == at
    assert after["LastModifiedDate"] == modified
    active = post.query("Contact", where("LastActivityDate", "GreaterThanOrEquals", at))
    assert contact["id"] in texts(active, "id")
    changed = post.query("Contact", where("LastModifiedDate", "GreaterThanOrEquals", at))
    assert contact["id"] not in texts(changed, "id")


def test_people_note_enter_time_assign_complete_and_reopen(post: Post) -> None:
    id_ = ticket(post, Title="Worked on")
    do(post, "act", id=id_, action="note", note="One\nmore line", by=str(company.TWO_ROLES))
    note = do(post, "list", entity="TicketNote", most=1000)["records"][-1]["fields"]
    assert (note["TicketID"], note["Description"], note["Title"]) == (int(id_), "One\nmore line", "One")
    assert note["CreatorResourceID"] == company.TWO_ROLES
    do(post, "act", id=id_, action="time", hours=1.5)
    entry = do(post, "list", entity="TimeEntry", most=1000)["records"][-1]["fields"]
    assert (entry["TicketID"], entry["HoursWorked"], entry["EndDateTime"]) == (int(id_), 1.5, NOW)
    after = do(post, "act", id=id_, action="assign", to=str(company.TWO_ROLES))["fields"]
    assert after["AssignedResourceID"] == company.TWO_ROLES
    assert after["AssignedResourceRoleID"] is not None
    after = do(post, "act", id=id_, action="complete", note="Fixed")["fields"]
    assert (after["Status"], after["Resolution"], after["CompletedDate"]) == (5, "Fixed", NOW)
    after = do(post, "act", id=id_, action="reopen")["fields"]
    assert (after["Status"], after["CompletedDate"]) == (1, None)
    assert do(post, "act", id=id_, action="update", fields={"Title": "New"})["fields"]["Title"] == "New"


@pytest.mark.rule("autotask.ticket.deleted_log")
def test_deleting_takes_along_what_needs_it_and_frees_what_names_it(post: Post) -> None:
    id_ = ticket(post, Title="Doomed")
    do(post, "act", id=id_, action="note")
    do(post, "act", id=id_, action="time")
    before = [each["id"] for each in do(post, "list", entity="AttachmentInfo", most=1000)["records"]]
    note = do(post, "list", entity="TicketNote", most=1000)["records"][-1]["id"]
    for of in ({"TicketID": int(id_)}, {"TicketNoteID": int(note)}):
        do(post, "create", entity="AttachmentInfo", fields=of)
    do(post, "delete", id=id_)
    notes = do(post, "list", entity="TicketNote", most=1000)["records"]
    assert note not in [each["id"] for each in notes]
    entry = do(post, "list", entity="TimeEntry", most=1000)["records"][-1]["fields"]
    assert entry["TicketID"] is None
    left = [each["id"] for each in do(post, "list", entity="AttachmentInfo", most=1000)["records"]]
    assert left == before
    logged = do(post, "list", entity="DeletedTicketLog")["records"][-1]["fields"]
    assert (logged["TicketID"], logged["TicketTitle"]) == (int(id_), "Doomed")
    assert texts(post.query("Ticket", where("id", "Equals", id_)), "Entity") == []


@pytest.mark.parametrize(
    ("operation", "request_", "said"),
    [
        ("create", {"entity": "Nonsense"}, "not an entity"),
        ("create", {"entity": 7}, "not an entity"),
        ("create", {"fields": {"Colour": "red"}}, "no field 'Colour'"),
        ("create", {"fields": {"id": 5}}, "no field 'id'"),
        ("create", {"fields": {"Title": 5}}, "Title must be text"),
        ("create", {"fields": {"Title": "x" * 256}}, "at most 255"),
        ("create", {"fields": {"Priority": 77}}, "picklist"),
        ("create", {"fields": {"AccountID": 1}}, "none with id 1"),
        ("create", {"fields": {"AccountID": 2**40}}, "whole number"),
        ("create", {"fields": {"DueDateTime": "tomorrow"}}, "ISO 8601"),
        ("create", {"fields": {"DueDateTime": 5}}, "an instant"),
        ("create", {"fields": {"EstimatedHours": "5"}}, "a number"),
        ("create", {"fields": {"ServiceLevelAgreementHasBeenMet": 1}}, "true or false"),
        ("create", {"fields": {"UserDefinedFields": {"Nope": "1"}}}, "no user-defined field"),
        ("create", {"fields": {"UserDefinedFields": {"Utility": "Steam Engine"}}}, "of type list"),
        ("create", {"fields": {"UserDefinedFields": {"Dig Date": "soon"}}}, "of type date"),
        ("create", {"fields": {"UserDefinedFields": {"Depth & Width": "deep"}}}, "of type number"),
        ("create", {"fields": {"UserDefinedFields": {"Depth & Width": "nan"}}}, "of type number"),
        ("create", {"fields": {"UserDefinedFields": {"Locate Ref": 5}}}, "must be text"),
        ("create", {"fields": {"UserDefinedFields": 5}}, "must be an object"),
        ("create", {"delay": 5}, "shows at once"),
        ("create", {"by": "5"}, "no resource 5"),
        ("create", {"colour": "red"}, "unknown field 'colour'"),
        ("create", [], "an object"),
        ("read", {"id": "abc"}, "must be the id"),
        ("read", {"id": "9" * 30}, "must be the id"),
        ("read", {"id": True}, "must be the id"),
        ("read", {}, "must be the id"),
        ("change", {"id": "7673"}, "'fields' must have"),
        ("change", {"id": "1", "fields": {"Title": "x"}}, "no Ticket 1"),
        ("delete", {"id": "1"}, "no Ticket 1"),
        ("list", {"most": 0}, "'most'"),
        ("list", {"most": "five"}, "'most'"),
        ("list", {"after": "x"}, "must be the id"),
        ("act", {"id": "7673"}, "'action' is missing"),
        ("act", {"id": "7673", "action": "dance"}, "no action 'dance'"),
        ("act", {"id": "1", "action": "note"}, "no Ticket 1"),
        ("act", {"id": "7673", "action": "note", "hours": 5}, "unknown field 'hours'"),
        ("act", {"id": "7673", "action": "time", "hours": 25}, "'hours'"),
        ("act", {"id": "7673", "action": "assign"}, "must be the id"),
        ("act", {"id": "7673", "action": "assign", "to": "5"}, "with a role"),
        ("act", {"id": "7673", "action": "assign", "to": str(company.OWNER), "role": "6"}, "does not have the role"),
        ("act", {"entity": "Currency", "id": "1", "action": "note"}, "no notes"),
        ("act", {"entity": "Currency", "id": "1", "action": "time"}, "on tickets"),
        ("act", {"entity": "Currency", "id": "1", "action": "complete"}, "completed"),
        ("act", {"id": "customer", "action": "dance"}, "on the customer"),
        ("act", {"id": "customer", "action": "expire password", "user": "x"}, "no user 'x'"),
        (
            "act",
            {"id": "customer", "action": "change level", "user": "api@demo.example", "level": "x"},
            "no security level",
        ),
        (
            "act",
            {"id": "customer", "action": "restrict", "level": "Half of the accounts", "rows": {"Ticket": 5}},
            "'rows'",
        ),
        ("act", {"id": "customer", "action": "restrict", "level": "Half of the accounts", "lines": 5}, "'lines'"),
        (
            "act",
            {"id": "customer", "action": "restrict", "level": "Half of the accounts", "absent": "Ticket"},
            "'absent'",
        ),
        (
            "act",
            {"id": "customer", "action": "restrict", "level": "Half of the accounts", "denied": {"Ticket": ["eat"]}},
            "'eat'",
        ),
        (
            "act",
            {"id": "customer", "action": "restrict", "level": "Half of the accounts", "hidden": {"Ticket": ["x"]}},
            "'x'",
        ),
        ("act", {"id": "customer", "action": "restrict", "level": "Half of the accounts", "password_days": -1}, "days"),
        (
            "act",
            {"id": "customer", "action": "rename label", "field": "Title", "value": "1", "label": "x"},
            "no picklist",
        ),
        (
            "act",
            {"id": "customer", "action": "rename label", "field": "Status", "value": "99", "label": "x"},
            "no value '99'",
        ),
        (
            "act",
            {"id": "customer", "action": "add value", "field": "Status", "value": "5", "label": "x"},
            "cannot be a new",
        ),
        (
            "act",
            {"id": "customer", "action": "add value", "field": "Status", "value": "x", "label": "x"},
            "cannot be a new",
        ),
        ("act", {"id": "customer", "action": "set default", "field": "Status", "value": "99"}, "no value '99'"),
        ("act", {"id": "customer", "action": "define udf", "name": "locate ref"}, "already"),
        ("act", {"id": "customer", "action": "define udf", "name": "x", "type": "sound"}, "type 'sound'"),
        ("act", {"id": "customer", "action": "define udf", "name": "x", "entity": "Role"}, "cannot have"),
        ("act", {"id": "customer", "action": "define udf", "name": "x", "items": "abc"}, "'items'"),
        ("act", {"id": "customer", "action": "change zone", "number": 0}, "'number'"),
        ("act", {"id": "customer", "action": "change zone", "address": "http://x/"}, "'address'"),
        ("act", {"id": "customer", "action": "switch currency", "on": "yes"}, "'on'"),
        ("act", {"id": "customer", "action": "use requests", "requests": 0}, "'requests'"),
        ("act", {"id": "customer", "action": "change settings", "time_entry_proxy": "nobody"}, "all or self"),
        ("act", {"id": "customer", "action": "change settings", "start_stop_times": "no"}, "true or false"),
        (
            "act",
            {"id": "customer", "action": "change settings", "category_required": {"3": ["Colour"]}},
            "fields of Ticket",
        ),
        ("act", {"id": "customer", "action": "change settings", "category_required": []}, "must be an object"),
    ],
)
def test_mistakes_are_explained_and_change_nothing(post: Post, operation: str, request_: Any, said: str) -> None:
    before = (do(post, "list", most=1000), do(post, "read", id="customer"))
    with pytest.raises(Misuse, match=said):
        post.world.act("autotask", operation, request_)
    assert (do(post, "list", most=1000), do(post, "read", id="customer")) == before


# --- administrators ---------------------------------------------------------------------------------------------------


def values(post: Post, name: str, entity: str = "Ticket") -> dict[str, tuple[str, str]]:
    fields = post.result("GetFieldInfo", f"<psObjectType>{entity}</psObjectType>")
    field = next(each for each in fields if each.findtext(f"{{{SPACE}}}Name") == name)
    return {
        str(each.findtext(f"{{{SPACE}}}Value")): (
            str(each.findtext(f"{{{SPACE}}}Label")),
            str(each.findtext(f"{{{SPACE}}}IsActive")),
        )
        for each in field.iter(f"{{{SPACE}}}PickListValue")
    }


def created(post: Post, inner: str = "") -> Any:
    account = do(post, "list", entity="Account", most=1)["records"][0]["id"]
    entity = (
        f'<Entity xsi:type="Ticket"><AccountID>{account}</AccountID><Title>T</Title><Status>1</Status>'
        f"<Priority>1</Priority>{inner}</Entity>"
    )
    return post.result("create", f"<Entities>{entity}</Entities>")


@pytest.mark.rule("autotask.info.fields")
def test_labels_are_renamed_and_values_added(post: Post) -> None:
    administer(post, "rename label", field="Status", value="8", label="Busy & <on it>")
    administer(post, "add value", field="Status", value="20", label="Parked")
    assert values(post, "Status")["8"] == ("Busy & <on it>", "true")
    assert values(post, "Status")["20"] == ("Parked", "true")
    assert do(post, "create", fields={"Status": 20})["fields"]["Status"] == 20


@pytest.mark.rule("autotask.picklist.value")
def test_a_deactivated_value_is_refused_on_write(post: Post) -> None:
    assert texts(created(post, "<Source>4</Source>"), "ReturnCode") == ["1"]
    administer(post, "deactivate value", field="Source", value="4")
    assert values(post, "Source")["4"][1] == "false"
    assert texts(created(post, "<Source>4</Source>"), "ReturnCode") == ["-1"]
    administer(post, "activate value", field="Source", value="4")
    assert texts(created(post, "<Source>4</Source>"), "ReturnCode") == ["1"]


@pytest.mark.rule("autotask.create.source")
def test_the_customers_default_source_fills_what_is_left_out(post: Post) -> None:
    assert texts(created(post), "Source") == ["-1"]
    administer(post, "set default", field="Source", value="2")
    assert texts(created(post), "Source") == ["2"]
    assert texts(created(post, "<Source>8</Source>"), "Source") == ["8"]
    administer(post, "set default", field="Source", value=None)
    assert texts(created(post), "Source") == ["-1"]


@pytest.mark.rule("autotask.udf.discovered", "autotask.wire.udf")
def test_a_defined_field_appears_and_takes_values(post: Post) -> None:
    administer(post, "define udf", name="Colour", type="list", items=["Red", "Blue"], required=True)
    fields = post.result("getUDFInfo", "<psTable>Ticket</psTable>")
    field = next(each for each in fields if each.findtext(f"{{{SPACE}}}Name") == "Colour")
    assert field.findtext(f"{{{SPACE}}}IsRequired") == "true"
    assert texts(field, "Value") == ["Red", "Blue"]
    id_ = ticket(post, UserDefinedFields={"Colour": "Red"})
    shown = post.query("Ticket", where("id", "Equals", id_))
    assert dict(zip(texts(shown, "Name"), [None] * 99, strict=False)).keys() >= {"Colour", "Locate Ref"}
    assert texts(shown, "Value") == ["Red"]
    entities = post.result("getUDFInfo", "<psTable>Task</psTable>")
    assert "Colour" not in texts(entities, "Name")


@pytest.mark.rule("autotask.create.required", "autotask.time.hours")
def test_the_service_desk_has_settings_of_its_own(post: Post) -> None:
    administer(post, "change settings", category_required={"3": ["QueueID"]}, time_entry_proxy="self")
    said = texts(created(post), "Message")
    assert said == ["Value does not exist for the required field QueueID. ; on record number [1]."]
    assert texts(created(post, "<QueueID>8</QueueID>"), "ReturnCode") == ["1"]
    ticket_id = ticket(post)
    entry = (
        f'<Entity xsi:type="TimeEntry"><TicketID>{ticket_id}</TicketID><ResourceID>{company.OWNER}</ResourceID>'
        "<RoleID>29682834</RoleID><HoursWorked>1</HoursWorked></Entity>"
    )
    refused = post.result("create", f"<Entities>{entry}</Entities>")
    assert "by somebody else" in str(texts(refused, "Message")[0])
    administer(post, "change settings", time_entry_proxy="all", start_stop_times=True)
    refused = post.result("create", f"<Entities>{entry}</Entities>")
    assert texts(refused, "Message")[0] == "TimeEntries for Service tickets require a start and stop time."
    administer(post, "change settings", start_stop_times=False, category_required={})
    assert texts(post.result("create", f"<Entities>{entry}</Entities>"), "ReturnCode") == ["1"]


def test_what_the_administrator_did_survives_a_checkpoint(post: Post) -> None:
    administer(post, "expire password", user="api@demo.example")
    post.world.checkpoint("expired")
    administer(post, "renew password", user="api@demo.example")
    assert post.call("GetWsdlVersion").status == 200
    post.world.restore("expired")
    assert post.call("GetWsdlVersion").status == 401
