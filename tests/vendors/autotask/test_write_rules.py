"""create, update and delete rule by rule, each with the known texts, and nothing changed after a refusal."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.vendors.autotask import company
from mockservers.vendors.autotask.entities import CATALOGUE, ENTITIES
from mockservers.vendors.autotask.requests import Value, Write
from tests.vendors.autotask.asking import Answer, Desk, Failed, sent

ENGINEER, MANAGER = 29682834, 29682836


@pytest.fixture
def desk() -> Desk:
    return Desk(data="demo:45")


def first(desk: Desk, entity: str) -> int:
    found: int = desk.truth(entity)[0]["id"]
    return found


def ticket(desk: Desk, id_: int | None = None, **fields: Any) -> Any:
    """A ticket with what it needs."""
    udf = fields.pop("udf", None)
    needed = {"AccountID": first(desk, "Account"), "Title": "T", "Status": 1, "Priority": 1}
    return sent("Ticket", id_, udf, **{**needed, **fields})


def good(answer: Answer | Failed) -> Answer:
    assert isinstance(answer, Answer), answer
    return answer


def refused(desk: Desk, operation: str, *inputs: Any, **more: Any) -> tuple[str, ...]:
    """The messages of a call that fails; no record of any kind it names was touched."""
    kinds = {each.entity for each in inputs if each.entity in ENTITIES}
    before = [desk.truth(kind) for kind in sorted(kinds)]
    answer = desk.write(operation, *inputs, **more)
    assert isinstance(answer, Failed), answer
    assert desk.last.outcome == "refused"
    assert [desk.truth(kind) for kind in sorted(kinds)] == before
    return answer.messages


def by_id(desk: Desk, entity: str, id_: int) -> dict[str, Any]:
    return next(each for each in desk.truth(entity) if each["id"] == id_)


# --- the call ---------------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.write.max_200")
@pytest.mark.parametrize("operation", ["create", "update", "delete"])
def test_two_hundred_entities_are_the_most(desk: Desk, operation: str) -> None:
    many = [sent("AccountToDo", 1) for _ in range(201)]
    (said,) = refused(desk, operation, *many)
    assert "at most 200" in said
    assert said.endswith("[emulated text]")


@pytest.mark.rule("autotask.create.only_id", "autotask.wire.return_info")
def test_two_hundred_are_taken_at_once(desk: Desk) -> None:
    one = ticket(desk)
    answer = good(desk.call("create", Write((one,) * 200)))
    assert len(set(answer.ids)) == 200
    assert [each.entity_id for each in answer.response.infos] == answer.ids
    assert {each.action for each in answer.response.infos} == {"None"}


@pytest.mark.rule("autotask.write.all_or_nothing", "autotask.create.required")
def test_one_bad_record_fails_the_call_and_is_named_by_number(desk: Desk) -> None:
    bad = sent("Ticket", Title="No account", Status=1, Priority=1)
    said = refused(desk, "create", ticket(desk), ticket(desk), bad, ticket(desk))
    assert said == ("Value does not exist for the required field AccountID. ; on record number [3].",)


@pytest.mark.rule("autotask.create.required")
@pytest.mark.parametrize("name", ["AccountID", "Title", "Status", "Priority"])
@pytest.mark.parametrize("value", [None, Value(None, "string"), Value(None, nil=True)])
def test_a_required_field_needs_a_value(desk: Desk, name: str, value: Any) -> None:
    said = refused(desk, "create", ticket(desk, **{name: value}))
    assert said == (f"Value does not exist for the required field {name}. ; on record number [1].",)


@pytest.mark.rule("autotask.create.required")
def test_two_years_earlier_other_fields_were_required() -> None:
    desk = Desk(data="demo:20", dialect={"field_flags": "2019"})
    assert "required field DueDateTime" in refused(desk, "create", ticket(desk))[0]
    good(desk.write("create", ticket(desk, DueDateTime="2026-03-05T12:00:00")))


@pytest.mark.rule("autotask.write.unknown_entity")
def test_what_is_no_entity_is_an_error_in_the_body(desk: Desk) -> None:
    (said,) = refused(desk, "create", sent("Tickets", Title="x"))
    assert said.endswith("[emulated text]")


@pytest.mark.parametrize(
    "deed",
    [
        pytest.param("create", marks=pytest.mark.rule("autotask.write.not_allowed")),
        pytest.param("update", marks=pytest.mark.rule("autotask.write.not_allowed")),
        pytest.param("delete", marks=pytest.mark.rule("autotask.delete.allowed")),
    ],
)
def test_entities_allow_only_their_own_deeds(desk: Desk, deed: str) -> None:
    allowed = [name for name, each in CATALOGUE.entities.items() if each.more[f"can_{deed}"]]
    assert len(allowed) == {"create": 125, "update": 114, "delete": 66}[deed]
    for name in ENTITIES:
        answer = desk.write(deed, sent(name, 999_999_999))
        if name in allowed:
            assert isinstance(answer, (Answer, Failed))
            assert not isinstance(answer, Failed) or "adequate permissions" not in answer.messages[0]
        else:
            assert isinstance(answer, Failed)
            assert f"adequate permissions to {deed} this entity" in answer.messages[0]
            assert answer.entity == name.lower()


@pytest.mark.rule("autotask.delete.allowed", "autotask.wire.delete")
def test_what_may_go_goes(desk: Desk) -> None:
    id_ = first(desk, "TicketCost")
    answer = good(desk.write("delete", sent("TicketCost", id_)))
    assert answer.entities == []
    assert answer.response.entity == "ticketcost"
    assert id_ not in [each["id"] for each in desk.truth("TicketCost")]
    for name in ("Ticket", "Task", "Project", "Account", "TicketNote"):
        refused(desk, "delete", sent(name, first(desk, name)))


@pytest.mark.rule("autotask.update.missing")
@pytest.mark.parametrize("operation", ["update", "delete"])
@pytest.mark.parametrize("id_", [0, 5, 2**40])
def test_an_unknown_id_finds_no_record(desk: Desk, operation: str, id_: int) -> None:
    said = refused(desk, operation, sent("AccountToDo", id_))
    assert said == (
        f"No matching records found. The logged in resource may not have the required permissions to {operation} the data.",
    )


# --- fields -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.update.replaces", "autotask.update.udf_kept")
def test_an_update_clears_what_is_not_sent_but_no_user_defined_value(desk: Desk) -> None:
    before = next(each for each in desk.truth("Ticket") if each["Title"] == "Every field has a value")
    good(desk.write("update", ticket(desk, before["id"], Title="Only this")))
    after = by_id(desk, "Ticket", before["id"])
    assert after["UserDefinedFields"] == before["UserDefinedFields"]
    kept = {"AccountID", "Title", "Status", "Priority", "TicketNumber"}
    moved = {"LastActivityDate", "LastActivityResourceID", "LastTrackedModificationDateTime"}
    for element in ENTITIES["Ticket"].elements:
        if element.name in kept or element.name in moved:
            continue
        expected = before[element.name] if element.field.read_only else None
        assert after[element.name] == expected, element.name
    assert after["TicketNumber"] == before["TicketNumber"]


@pytest.mark.rule("autotask.update.udf_kept")
def test_a_user_defined_value_can_be_changed_and_emptied_unless_required(desk: Desk) -> None:
    id_ = good(desk.write("create", ticket(desk, udf={"Locate Ref": "A", "Cost Centre": "10", "utility": "G"}))).ids[0]
    good(desk.write("update", ticket(desk, id_, udf={"Locate Ref": None, "Utility": "T"})))
    after = by_id(desk, "Ticket", id_)["UserDefinedFields"]
    assert (after["Locate Ref"], after["Utility"], after["Cost Centre"]) == (None, "T", "10")
    said = refused(desk, "update", ticket(desk, id_, udf={"Cost Centre": None}))
    assert said == ("Value does not exist for the required field Cost Centre. ; on record number [1].",)
    good(desk.write("create", ticket(desk, udf={"Locate Ref": "B"})))  # else a required one is not enforced


@pytest.mark.rule("autotask.udf.definitions", "autotask.udf.capable")
def test_a_user_defined_field_must_be_defined(desk: Desk) -> None:
    assert "Nope" in refused(desk, "create", ticket(desk, udf={"Nope": "1"}))[0]
    role = {"Name": "R", "HourlyFactor": 1, "HourlyRate": 1, "Active": True}
    assert "Nope" in refused(desk, "update", sent("Role", ENGINEER, {"Nope": "1"}, **role))[0]


@pytest.mark.rule("autotask.udf.definitions")
def test_definitions_are_made_by_the_interface_itself(desk: Desk) -> None:
    made = good(desk.write("create", sent("UserDefinedFieldDefinition", Name="Phase", UdfType=11, DataType=5))).ids[0]
    item = sent("UserDefinedFieldListItem", UdfFieldId=made, ValueForExport="P1", ValueForDisplay="Phase one")
    good(desk.write("create", item))
    id_ = good(desk.write("create", ticket(desk, udf={"Phase": "P1"}))).ids[0]
    assert by_id(desk, "Ticket", id_)["UserDefinedFields"]["Phase"] == "P1"


@pytest.mark.rule("autotask.write.read_only")
def test_read_only_values_are_ignored_without_an_error(desk: Desk) -> None:
    id_ = good(
        desk.write("create", ticket(desk, CreateDate="2001-01-01", CompletedByResourceID=5, AEMAlertID="x"))
    ).ids[0]
    made = by_id(desk, "Ticket", id_)
    assert (made["CreateDate"], made["CompletedByResourceID"], made["AEMAlertID"]) == (
        "2026-03-02T15:00:00Z",
        None,
        None,
    )


@pytest.mark.rule("autotask.write.convert")
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Priority", "high"),
        ("AccountID", "1.5"),
        ("AccountID", "9" * 30),
        ("EstimatedHours", "two"),
        ("QueueID", "2147483648"),
    ],
)
def test_a_number_must_be_one(desk: Desk, name: str, text: str) -> None:
    said = refused(desk, "create", ticket(desk, **{name: Value(text)}))
    assert said == (f"Can not convert data to numeric in field: {name}. ; on record number [1].",)


@pytest.mark.rule("autotask.write.structured")
def test_an_echoed_structure_is_no_text(desk: Desk) -> None:
    for value in (Value(None, None, structured=True), Value(None, None)):
        said = refused(desk, "create", ticket(desk, Description=value))
        assert said == (
            "Conversion from type 'Object' to type 'String' is not valid.",
            "Error updating entity for record number [1].",
        )


@pytest.mark.rule("autotask.write.length")
def test_texts_have_their_length(desk: Desk) -> None:
    good(desk.write("create", ticket(desk, Title="x" * 255, Description="漢" * 8000)))
    said = refused(desk, "create", ticket(desk), ticket(desk, Title="x" * 256))
    assert said == (
        "String value exceeds maximum length (field:Title). ",
        "Error updating entity for record number [2].",
    )


@pytest.mark.rule("autotask.write.reference")
def test_references_lead_to_something_in_reach(desk: Desk) -> None:
    said = refused(desk, "create", ticket(desk, ContactID=5))
    assert said == (
        "Reference value on field: ContactID of type: contact does not exist or is invalid. ; on record number [1].",
    )
    accounts = [each["id"] for each in desk.truth("Account") if each["OwnerResourceID"] != company.OWNER]
    half = Desk(data="demo:20", user="half@demo.example", password="half-password")
    assert "AccountID of type: account" in refused(half, "create", ticket(half, AccountID=accounts[0]))[0]


@pytest.mark.rule("autotask.picklist.value")
@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"Priority": 77}, "77] does not exist for Priority"),
        ({"Status": 14}, "14] does not exist for Status"),
        ({"IssueType": 11, "SubIssueType": 136}, "136] does not exist for SubIssueType"),
        ({"SubIssueType": 136}, "136] does not exist for SubIssueType"),
    ],
)
def test_picklists_take_active_values_under_their_parents(desk: Desk, fields: dict[str, int], wrong: str) -> None:
    assert wrong in refused(desk, "create", ticket(desk, **fields))[0]


@pytest.mark.rule("autotask.external.reserved")
def test_external_fields_are_stored_and_noted(desk: Desk) -> None:
    id_ = good(desk.write("create", ticket(desk, ExternalID="mine-1"))).ids[0]
    assert [note.rule for note in desk.last.notes] == ["autotask.external.reserved"]
    assert by_id(desk, "Ticket", id_)["ExternalID"] == "mine-1"
    good(desk.write("update", ticket(desk, id_, ExternalID="mine-1")))
    assert desk.last.notes == []


@pytest.mark.rule("autotask.create.only_id")
def test_calculated_fields_of_an_answer_may_be_stale() -> None:
    for switch, filled in (("filled", True), ("stale", False)):
        desk = Desk(data="demo:20", dialect={"create_answer": switch})
        made = good(desk.write("create", ticket(desk)))
        answered, truth = made.entities[0], by_id(desk, "Ticket", made.ids[0])
        assert truth["TicketNumber"]
        assert (answered["TicketNumber"] == truth["TicketNumber"]) is filled
        assert ("CreateDate" in answered) is filled


@pytest.mark.rule("autotask.write.duplicate")
def test_duplicates_are_told_and_made_all_the_same(desk: Desk) -> None:
    fields = {"OwnerResourceID": company.OWNER, "Phone": "1", "AccountType": 1}
    one = good(desk.write("create", sent("Account", AccountName="Twice & more", **fields)))
    two = good(desk.write("create", sent("Account", AccountName="TWICE & MORE", **fields)))
    assert not one.response.infos[0].duplicate_found
    assert two.response.infos[0].duplicate_found
    assert one.ids != two.ids


# --- single entities --------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.ticket.role")
def test_an_assignment_needs_a_resource_with_a_linked_role(desk: Desk) -> None:
    both = "When assigning a Resource, you must assign both a assignedResourceID and assignedResourceRoleID."
    assert refused(desk, "create", ticket(desk, AssignedResourceID=company.OWNER))[0] == both
    assert refused(desk, "create", ticket(desk, AssignedResourceRoleID=ENGINEER))[0] == both
    said = refused(desk, "create", ticket(desk, AssignedResourceID=company.TWO_ROLES, AssignedResourceRoleID=MANAGER))
    assert "linked to no queue" in said[0]
    good(desk.write("create", ticket(desk, AssignedResourceID=company.TWO_ROLES, AssignedResourceRoleID=ENGINEER)))


@pytest.mark.rule("autotask.ticket.role")
def test_the_primary_resource_is_no_secondary_one(desk: Desk) -> None:
    id_ = good(
        desk.write("create", ticket(desk, AssignedResourceID=company.TWO_ROLES, AssignedResourceRoleID=ENGINEER))
    ).ids[0]
    helper = {"TicketID": id_, "RoleID": ENGINEER}
    said = refused(desk, "create", sent("TicketSecondaryResource", ResourceID=company.TWO_ROLES, **helper))
    assert "primary resource" in said[0]
    good(desk.write("create", sent("TicketSecondaryResource", ResourceID=company.OWNER, **helper)))
    moved = ticket(desk, id_, AssignedResourceID=company.OWNER, AssignedResourceRoleID=ENGINEER)
    assert "secondary resource" in refused(desk, "update", moved)[0]


@pytest.mark.rule("autotask.contract.dates")
def test_a_contract_ends_after_it_starts(desk: Desk) -> None:
    fields = {
        "AccountID": first(desk, "Account"), "ContractName": "C", "Status": 1, "ContractType": 1,
        "TimeReportingRequiresStartAndStopTimes": 0, "StartDate": "2026-03-01",
    }  # fmt: skip
    said = refused(desk, "create", sent("Contract", EndDate="2026-03-01", **fields))
    assert said[0] == "Contract EndDate must be after StartDate."
    good(desk.write("create", sent("Contract", EndDate="2026-03-02", **fields)))


@pytest.mark.rule("autotask.time.hours")
@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"HoursWorked": 0}, "above 0"),
        ({"HoursWorked": -1}, "above 0"),
        ({"HoursWorked": 24.01}, "at most 24"),
        ({"HoursWorked": 1, "RoleID": None}, "TimeEntries for Tickets must have a roleID"),
        ({}, "Must have at least one of hoursWorked or startDateTime/endDateTime"),
        ({"HoursWorked": 1, "AllocationCodeID": 29682804}, "not an active general allocation code"),
        ({"HoursWorked": 1, "AllocationCodeID": 29682807}, "not an active general allocation code"),
        ({"StartDateTime": "2026-03-02 10:00:00", "EndDateTime": "2026-03-02 09:00:00"}, "above 0"),
    ],
)
def test_time_entries_have_their_rules(desk: Desk, fields: dict[str, Any], said: str) -> None:
    entry = {"TicketID": first(desk, "Ticket"), "ResourceID": company.OWNER, "RoleID": ENGINEER, **fields}
    assert said in refused(desk, "create", sent("TimeEntry", **entry))[0]


@pytest.mark.rule("autotask.time.hours", "autotask.activity.moves")
def test_a_time_entry_moves_the_activity_of_its_ticket(desk: Desk) -> None:
    id_ = first(desk, "Ticket")
    before = by_id(desk, "Ticket", id_)
    desk.wait(60)
    entry = {"TicketID": id_, "ResourceID": company.OWNER, "RoleID": ENGINEER, "HoursWorked": 24}
    made = good(desk.write("create", sent("TimeEntry", **entry))).ids[0]
    after = by_id(desk, "Ticket", id_)
    assert after["LastActivityDate"] == "2026-03-02T15:01:00Z"
    assert after["LastTrackedModificationDateTime"] == before["LastTrackedModificationDateTime"]
    desk.wait(60)
    good(desk.write("update", sent("TimeEntry", made, **{**entry, "HoursWorked": 1})))
    assert by_id(desk, "TimeEntry", made)["LastModifiedDateTime"] == "2026-03-02T15:02:00Z"


@pytest.mark.rule("autotask.activity.moves")
def test_the_status_date_of_a_cost_moves_with_its_status_alone(desk: Desk) -> None:
    cost = desk.truth("TicketCost")[0]
    fields = {name: cost[name] for name in ("Name", "CostType", "UnitQuantity", "TicketID")}
    desk.wait(60)
    update = sent("TicketCost", cost["id"], DatePurchased="2026-03-01", **{**fields, "Name": "Other name"})
    good(desk.write("update", update))
    after = by_id(desk, "TicketCost", cost["id"])
    assert after["Name"] == "Other name"
    assert after["StatusLastModifiedDate"] == cost["StatusLastModifiedDate"]
    desk.world.act("autotask", "change", {"entity": "TicketCost", "id": str(cost["id"]), "fields": {"Status": 1}})
    assert by_id(desk, "TicketCost", cost["id"])["StatusLastModifiedDate"] == "2026-03-02T15:01:00Z"
