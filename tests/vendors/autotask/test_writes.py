"""create, update and delete, rule by rule; those of single entities stand in `test_particulars`."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.vendors.autotask.emulator import choices, company, picklists
from mockservers.vendors.autotask.emulator.choices import Choice
from mockservers.vendors.autotask.emulator.entities import ENTITIES
from mockservers.vendors.autotask.emulator.requests import Value
from tests.vendors.autotask.asking import Desk, Failed, sent, where
from tests.vendors.autotask.writing import ACCOUNT, LATER, NOTE, NOW, TICKET, good, refusal, refused, ticket

RECORD = "Error updating entity for record number [1]."


# --- a call as a whole ------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.write.max_200")
@pytest.mark.parametrize("operation", ["create", "update", "delete"])
def test_200_entities_and_no_more(desk: Desk, operation: str) -> None:
    many = [sent("AccountToDo", 1)] * 201
    said = refused(desk, operation, *many)
    assert "at most 200" in said
    assert said.endswith("[emulated text]")


@pytest.mark.rule("autotask.wire.return_info")
def test_200_entities_are_created_at_once(desk: Desk) -> None:
    answer = good(desk.write("create", *(sent("Ticket", **{**TICKET, "Title": f"n {n}"}) for n in range(200))))
    assert answer.ids == list(range(answer.ids[0], answer.ids[0] + 200))
    assert len({each["TicketNumber"] for each in answer.entities}) == 200
    assert [each.entity_id for each in answer.response.infos] == answer.ids
    assert {each.action for each in answer.response.infos} == {"None"}


@pytest.mark.rule("autotask.write.all_or_nothing", "autotask.create.required")
def test_one_bad_record_fails_all(desk: Desk) -> None:
    one, bad = sent("Ticket", **TICKET), sent("Ticket", **{**TICKET, "Title": None})
    expected = "Value does not exist for the required field Title. ; on record number [3]."
    assert refused(desk, "create", one, one, bad, one) == expected
    changed = sent("Ticket", desk.truth("Ticket")[0]["id"], **{**TICKET, "Title": "new"})
    assert "No matching records" in refused(desk, "update", changed, sent("Ticket", 5, **TICKET))


def test_nothing_sent_is_nothing_done(desk: Desk) -> None:
    for operation in ("create", "update", "delete"):
        assert good(desk.write(operation)).response.infos == ()


@pytest.mark.rule("autotask.write.unknown_entity")
def test_an_unknown_entity_is_told(desk: Desk) -> None:
    said = refused(desk, "create", sent("Nonsense"))
    assert "Nonsense" in said
    assert said.endswith("[emulated text]")


@pytest.mark.parametrize(
    ("operation", "count"),
    [
        pytest.param("create", 125, marks=pytest.mark.rule("autotask.write.not_allowed")),
        pytest.param("update", 114, marks=pytest.mark.rule("autotask.write.not_allowed")),
        pytest.param("delete", 66, marks=pytest.mark.rule("autotask.delete.allowed")),
    ],
)
def test_entities_allow_only_their_own_deeds(desk: Desk, operation: str, count: int) -> None:
    allowed = [name for name, entity in ENTITIES.items() if entity.more[f"can_{operation}"]]
    assert len(allowed) == count
    for name in ENTITIES:
        answer = desk.write(operation, sent(name, 1))
        barred = isinstance(answer, Failed) and answer.rule.endswith(("write.not_allowed", "delete.allowed"))
        assert barred != (name in allowed), name
        if isinstance(answer, Failed) and barred:
            assert answer.messages == (
                f"The logged in Resource does not have the adequate permissions to {operation} this entity.",
            )
            assert answer.entity == name.lower()
        elif isinstance(answer, Failed) and operation == "delete":
            assert answer.rule == "autotask.update.missing", (name, answer)


# --- fields -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.create.required")
@pytest.mark.parametrize("name", ["AccountID", "Title", "Status", "Priority"])
@pytest.mark.parametrize("value", [None, Value(None, "string"), Value("", "string")])
def test_required_fields_need_a_value(desk: Desk, name: str, value: Any) -> None:
    expected = f"Value does not exist for the required field {name}. ; on record number [1]."
    assert refused(desk, "create", sent("Ticket", **{**TICKET, name: value})) == expected
    left_out = {key: given for key, given in TICKET.items() if key != name}
    assert refused(desk, "create", sent("Ticket", **left_out)) == expected


@pytest.mark.rule("autotask.create.required")
def test_a_category_may_require_more(desk: Desk) -> None:
    desk.world.tenant("autotask").facts["category_required"] = {"3": ["QueueID"]}
    try:
        assert "QueueID" in refused(desk, "create", sent("Ticket", **TICKET))
        queue = picklists_of(desk, "QueueID")[0]
        assert good(desk.write("create", sent("Ticket", QueueID=queue, **TICKET)))
        assert good(desk.write("create", sent("Ticket", TicketCategory=4, **TICKET)))
    finally:
        del desk.world.tenant("autotask").facts["category_required"]


def picklists_of(desk: Desk, name: str) -> list[str]:
    return [each.value for each in choices.of("Ticket", ENTITIES["Ticket"][name], choices.books()["first"])]


@pytest.mark.rule("autotask.info.field_flags", "autotask.create.required")
def test_two_years_earlier_other_fields_were_required() -> None:
    old = Desk("demo:30", {"field_flags": "2019"})
    assert "DueDateTime" in refused(old, "create", sent("Ticket", **TICKET))
    made = old.made("Ticket", DueDateTime=LATER, TicketNumber="MINE", **TICKET)
    assert old.get("Ticket", made)["TicketNumber"].startswith("T20260302.")


@pytest.mark.rule("autotask.operation.spelling")
def test_fields_are_spelled_as_in_the_description(desk: Desk) -> None:
    made = ticket(desk, description="lost", Nonsense="x")
    (note,) = desk.last.notes
    assert (note.rule, note.facts["fields"]) == ("autotask.operation.spelling", ["description", "Nonsense"])
    assert desk.get("Ticket", made)["Description"] == ""
    lower = {("title" if name == "Title" else name): value for name, value in TICKET.items()}
    assert "required field Title" in refused(desk, "create", sent("Ticket", **lower))


@pytest.mark.rule("autotask.write.read_only")
def test_read_only_values_are_ignored(desk: Desk) -> None:
    more = {"LastActivityDate": None, "CreatorResourceID": 1, "CompletedByResourceID": 5, "AEMAlertID": "x"}
    made = ticket(desk, CreateDate="1999-01-01", CompletedDate="rubbish", **more)
    found = desk.get("Ticket", made)
    assert found["CreateDate"] == found["LastActivityDate"] == NOW
    assert found["CreatorResourceID"] == company.API_USER
    assert "CompletedDate" not in found
    assert "CompletedByResourceID" not in found
    assert found["AEMAlertID"] == ""


@pytest.mark.rule("autotask.write.read_only")
def test_what_is_required_and_read_only_is_given_once(desk: Desk) -> None:
    contact = {"FirstName": "Ann", "LastName": "Lee", "Active": 1}
    assert "AccountID" in refused(desk, "create", sent("Contact", **contact))
    made = desk.made("Contact", AccountID=ACCOUNT, **contact)
    other = desk.truth("Account")[1]["id"]
    assert good(desk.write("update", sent("Contact", made, AccountID=other, **contact)))
    assert desk.get("Contact", made)["AccountID"] == ACCOUNT


@pytest.mark.rule("autotask.write.convert")
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("Priority", "High", "Can not convert data to numeric in field: Priority. ; on record number [1]."),
        ("Priority", "1.5", "Can not convert data to numeric in field: Priority. ; on record number [1]."),
        ("Priority", "2147483648", "Can not convert data to numeric in field: Priority. ; on record number [1]."),
        ("AccountID", "1.5", "Can not convert data to numeric in field: AccountID. ; on record number [1]."),
        ("AccountID", "9" * 30, "Can not convert data to numeric in field: AccountID. ; on record number [1]."),
        ("EstimatedHours", "1,5", "Can not convert data to numeric in field: EstimatedHours. ; on record number [1]."),
        (
            "DueDateTime",
            "soon",
            "Can not convert data to datetime in field: DueDateTime. ; on record number [1]. [emulated text]",
        ),
        (
            "Status",
            Value(None, structured=True),
            "Can not convert data to numeric in field: Status. ; on record number [1].",
        ),
    ],
)
def test_values_must_be_of_their_type(desk: Desk, name: str, value: Any, message: str) -> None:
    assert refused(desk, "create", sent("Ticket", **{**TICKET, name: value})) == message


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Priority", Value("2", "string"), 2),
        ("Priority", Value(" 2 ", None), 2),
        ("Priority", Value("2.0", "int"), 2),
        ("EstimatedHours", Value("1e2", "double"), 100.0),
        ("EstimatedHours", Value("-0", "double"), 0.0),
        ("Title", Value("5", "int"), "5"),
        ("ContractServiceID", None, None),
    ],
)
def test_the_type_that_is_sent_does_not_matter(desk: Desk, name: str, value: Any, shown: Any) -> None:
    assert desk.get("Ticket", ticket(desk, **{name: value})).get(name) == shown


@pytest.mark.rule("autotask.write.structured")
@pytest.mark.parametrize(
    "value", [Value(None, None), Value(None, "string", structured=True), Value(None, structured=True)]
)
def test_echoed_objects_are_no_texts(desk: Desk, value: Value) -> None:
    assert refusal(desk, "create", sent("Ticket", **{**TICKET, "Description": value})).messages == (
        "Conversion from type 'Object' to type 'String' is not valid.",
        RECORD,
    )


@pytest.mark.rule("autotask.write.length")
def test_texts_have_their_lengths(desk: Desk) -> None:
    assert desk.get("Ticket", ticket(desk, Title="ä" * 255, Description="漢" * 8000))["Title"] == "ä" * 255
    longer = sent("Ticket", **{**TICKET, "Title": "x" * 256})
    assert refusal(desk, "create", sent("Ticket", **TICKET), longer).messages == (
        "String value exceeds maximum length (field:Title). ",
        "Error updating entity for record number [2].",
    )


@pytest.mark.rule("autotask.picklist.value")
@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"Priority": 99}, "Priority"),
        ({"Status": 14}, "Status"),
        ({"Source": 6}, "Source"),
        ({"SubIssueType": 136}, "SubIssueType"),
        ({"IssueType": 11, "SubIssueType": 136}, "SubIssueType"),
        ({"IssueType": 10, "SubIssueType": 138}, "SubIssueType"),
    ],
)
def test_picklists_take_active_values_of_their_parent(desk: Desk, fields: dict[str, Any], name: str) -> None:
    said = refused(desk, "create", sent("Ticket", **{**TICKET, **fields}))
    assert said == f"Picklist value [{fields[name]}] does not exist for {name}. ; on record number [1]."


def test_a_child_value_under_its_parent_is_good(desk: Desk) -> None:
    made = ticket(desk, IssueType=10, SubIssueType=136)
    changed = sent("Ticket", made, IssueType=11, SubIssueType=136, **TICKET)
    assert "SubIssueType" in refused(desk, "update", changed)


@pytest.mark.rule("autotask.picklist.value")
def test_a_value_that_became_inactive_may_stay(desk: Desk) -> None:
    made = ticket(desk, Priority=2)
    installation = desk.world.installation("autotask")
    with installation.store.transaction() as db:
        lists = [Choice("1", ("High",)), Choice("2", ("Old",), active=False)]
        picklists.keep(db, installation, "demo", "Ticket", "Priority", lists)
    assert good(desk.write("update", sent("Ticket", made, **{**TICKET, "Priority": 2, "Title": "other"})))
    assert "Priority" in refused(desk, "create", sent("Ticket", **{**TICKET, "Priority": 2}))


@pytest.mark.rule("autotask.write.reference")
@pytest.mark.parametrize("value", [5, 0, -1])
def test_references_must_lead_somewhere(desk: Desk, value: int) -> None:
    said = "Reference value on field: {} of type: {} does not exist or is invalid. ; on record number [1]."
    assert refused(desk, "create", sent("TicketNote", TicketID=value, **NOTE)) == said.format("TicketID", "ticket")
    assert refused(desk, "create", sent("Ticket", ContactID=value, **TICKET)) == said.format("ContactID", "contact")


@pytest.mark.rule("autotask.write.reference")
def test_references_do_not_lead_out_of_reach_or_to_other_customers(desk: Desk) -> None:
    half = Desk("demo:60", user="half@demo.example", password="half-password")
    mine = {each["id"] for each in half.found("Account", where("id", "GreaterThan", "0"))}
    foreign = next(each["id"] for each in half.truth("Account") if each["id"] not in mine)
    assert "AccountID" in refused(half, "create", sent("Ticket", **{**TICKET, "AccountID": foreign}))


def test_references_kept_as_text_are_checked_too(desk: Desk) -> None:
    contract = desk.truth("Contract")[0]["id"]
    note = desk.made("ContractNote", ContractID=contract, Title="t", Description="d")
    assert desk.get("ContractNote", note)["ContractID"] == str(contract)
    for value in ("abc", "5", "9" * 30):
        note = sent("ContractNote", ContractID=value[:25], Title="t", Description="d")
        assert "of type: contract" in refused(desk, "create", note)


@pytest.mark.rule("autotask.external.reserved")
def test_external_fields_are_stored_and_noted(desk: Desk) -> None:
    made = ticket(desk, ExternalID="mine")
    assert [note.rule for note in desk.last.notes] == ["autotask.external.reserved"]
    assert desk.get("Ticket", made)["ExternalID"] == "mine"
    desk.write("update", sent("Ticket", made, ExternalID="mine", **TICKET))
    assert desk.last.notes == []


# --- times ------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.request.datetime", "autotask.time.eastern", "autotask.time.resolution")
@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2024-03-05 05:00:00", "2024-03-05T05:00:00"),
        ("2026-11-21 23:06:21.502000", "2026-11-21T23:06:21.503"),
        ("2024-03-05", "2024-03-05T00:00:00"),
        ("2026-11-21T23:10:49.690Z", "2026-11-21T18:10:49.69"),
        ("2024-07-05T05:00:00", "2024-07-05T05:00:00"),
        ("2020-05-01T00:00:00.0000-5", "2020-05-01T01:00:00"),
        ("2024-03-05T05:00", "2024-03-05T05:00:00"),
        ("2026-11-01T01:30:00", "2026-11-01T01:30:00"),
    ],
)
def test_times_come_back_in_one_form(desk: Desk, written: str, shown: str) -> None:
    made = ticket(desk, DueDateTime=written)
    desk.write("update", sent("Ticket", made, DueDateTime="2024-03-05 05:00", **TICKET))
    desk.write("update", sent("Ticket", made, DueDateTime=written, **TICKET))
    assert desk.get("Ticket", made)["DueDateTime"] == shown


@pytest.mark.rule("autotask.time.gap")
def test_a_time_that_clocks_skip_is_refused(desk: Desk) -> None:
    assert "DueDateTime" in refused(desk, "create", sent("Ticket", DueDateTime="2026-03-08T02:30:00", **TICKET))


@pytest.mark.rule("autotask.request.datetime")
def test_a_strict_service_takes_xsd_datetimes_alone() -> None:
    strict = Desk("demo:30", {"datetime_input": "strict"})
    for value in ("2024-03-05T05:00:00", "2024-03-05T05:00:00.5Z", "2024-03-05T05:00:00+01:00"):
        assert strict.made("Ticket", DueDateTime=value, **TICKET)
    for value in ("2024-03-05 05:00:00", "2024-03-05", "2024-03-05T05:00"):
        assert "DueDateTime" in refused(strict, "create", sent("Ticket", DueDateTime=value, **TICKET))


@pytest.mark.rule("autotask.time.date_only")
def test_days_are_not_shifted(desk: Desk) -> None:
    made = ticket(desk)
    for written in ("2026-03-08", "2026-03-08T00:00:00", "2026-03-08 23:59:59"):
        cost = desk.made("TicketCost", TicketID=made, CostType=1, Name="c", UnitQuantity=1, DatePurchased=written)
        assert desk.get("TicketCost", cost)["DatePurchased"] == "2026-03-08T00:00:00"


# --- create -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.ticket.number")
def test_tickets_are_numbered_by_day(desk: Desk) -> None:
    before = {each["TicketNumber"] for each in desk.truth("Ticket")}
    taken = f"T20260302.{len([n for n in before if n.startswith('T20260302')]) + 1:04}"
    first = ticket(desk, TicketNumber=taken)
    numbers = [desk.get("Ticket", made)["TicketNumber"] for made in (first, ticket(desk), ticket(desk))]
    assert numbers[0] == taken
    assert len({*numbers, *before}) == len(before) + 3
    assert all(number.startswith("T20260302.") for number in numbers)
    desk.wait(14 * 3600 + 1)
    assert desk.get("Ticket", ticket(desk))["TicketNumber"] == "T20260303.0001"


@pytest.mark.rule("autotask.create.source")
def test_source_is_the_customers_default_or_client_portal(desk: Desk) -> None:
    assert desk.get("Ticket", ticket(desk))["Source"] == -1
    assert desk.get("Ticket", ticket(desk, Source=4))["Source"] == 4
    installation = desk.world.installation("autotask")
    with installation.store.transaction() as db:
        values = [Choice("-1", ("Client Portal",)), Choice("42", ("Mine",), default=True)]
        picklists.keep(db, installation, "demo", "Ticket", "Source", values)
    assert desk.get("Ticket", ticket(desk))["Source"] == 42


@pytest.mark.rule("autotask.create.only_id")
def test_of_the_answer_only_the_id_is_reliable() -> None:
    stale, filled = Desk("demo:30", {"create_answer": "stale"}), Desk("demo:30")
    for desk in (stale, filled):
        answer = good(desk.write("create", sent("Ticket", udf={"Locate Ref": "L"}, **TICKET)))
        (entity,) = answer.entities
        truth = desk.get("Ticket", entity["id"])
        assert entity["Title"] == "A title"
        assert entity["udf"]["Locate Ref"] == "L"
        assert (entity == truth) == ("CreateDate" in entity) == (desk is filled)
        assert entity["TicketNumber"] == (truth["TicketNumber"] if desk is filled else "")
        desk.wait(3600)
        (entity,) = good(desk.write("update", sent("Ticket", entity["id"], **TICKET))).entities
        assert entity["LastActivityDate"] == (LATER if desk is filled else NOW)
        assert desk.get("Ticket", entity["id"])["LastActivityDate"] == LATER


@pytest.mark.rule("autotask.wire.return_info")
@pytest.mark.parametrize(("switch", "said"), [("none", ["None", "None"]), ("actual", ["Created", "Updated"])])
def test_the_database_action_says_none(switch: str, said: list[str]) -> None:
    desk = Desk("demo:30", {"database_action": switch})
    created = good(desk.write("create", sent("Ticket", **TICKET))).response.infos
    updated = good(desk.write("update", sent("Ticket", created[0].entity_id, **TICKET))).response.infos
    assert [created[0].action, updated[0].action] == said


@pytest.mark.rule("autotask.write.duplicate")
@pytest.mark.parametrize(
    ("entity", "fields", "again"),
    [
        ("Contact", {"AccountID": ACCOUNT, "FirstName": "Åsa", "LastName": "Berg", "Active": 1}, {"FirstName": "ÅSA"}),
        (
            "Account",
            {"AccountName": "Twice & more", "OwnerResourceID": company.OWNER, "Phone": "1", "AccountType": 1},
            {"AccountName": "TWICE & MORE"},
        ),
    ],
)
def test_duplicates_are_reported_and_made(
    desk: Desk, entity: str, fields: dict[str, Any], again: dict[str, Any]
) -> None:
    first = good(desk.write("create", sent(entity, **fields)))
    second = good(desk.write("create", sent(entity, **{**fields, **again})))
    assert [each.response.infos[0].duplicate_found for each in (first, second)] == [False, True]
    assert first.ids != second.ids


def test_ids_are_never_used_twice(desk: Desk) -> None:
    todo = {
        "AccountID": ACCOUNT,
        "AssignedToResourceID": company.OWNER,
        "StartDateTime": NOW,
        "EndDateTime": LATER,
        "ActionType": 1,
    }
    first = desk.made("AccountToDo", **todo)
    assert good(desk.write("delete", sent("AccountToDo", first)))
    assert desk.made("AccountToDo", **todo) > first


# --- update -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.update.replaces", "autotask.update.udf_kept")
def test_update_clears_what_is_not_sent_but_keeps_user_defined_fields(desk: Desk) -> None:
    (full,) = desk.found("Ticket", where("Title", "Equals", "Every field has a value"))
    before = next(each for each in desk.truth("Ticket") if each["id"] == full["id"])
    assert good(desk.write("update", sent("Ticket", full["id"], udf={"Locate Ref": "new"}, **TICKET)))
    found = desk.get("Ticket", full["id"])
    entity = ENTITIES["Ticket"]
    for name, value in found.items():
        if name in ("id", "udf", *TICKET, "TicketNumber"):
            continue
        if not entity[name].read_only("2021"):
            assert value == "", name
    assert [name for name in full if name not in found and entity[name].read_only("2021")] == []
    assert found["udf"] == {**full["udf"], "Locate Ref": "new"}
    assert found["TicketNumber"] == full["TicketNumber"]
    after = next(each for each in desk.truth("Ticket") if each["id"] == full["id"])
    moved = {"LastActivityDate", "LastActivityResourceID", "LastTrackedModificationDateTime"}
    for element in entity.elements:
        if element.name not in {*TICKET, *moved, "TicketNumber"}:
            expected = before[element.name] if element.field.read_only else None
            assert after[element.name] == expected, element.name


@pytest.mark.rule("autotask.update.udf_kept")
def test_a_required_user_defined_field_cannot_be_emptied(desk: Desk) -> None:
    made = ticket(desk)
    assert desk.get("Ticket", made)["udf"] == {}  # while it has no value, a required one is not enforced
    assert good(desk.write("update", sent("Ticket", made, udf={"cost centre": "7", "utility": "G"}, **TICKET)))
    for empty in (None, ""):
        said = refused(desk, "update", sent("Ticket", made, udf={"Cost Centre": empty}, **TICKET))
        assert said == "Value does not exist for the required field Cost Centre. ; on record number [1]."
    assert good(desk.write("update", sent("Ticket", made, udf={"Locate Ref": "x"}, **TICKET)))
    assert good(desk.write("update", sent("Ticket", made, udf={"Locate Ref": None, "Utility": "T"}, **TICKET)))
    found = desk.get("Ticket", made)["udf"]
    assert (found["Cost Centre"], found["Locate Ref"], found["Utility"]) == ("7", None, "T")


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Depth & Width", "01.50", "1.5"),
        ("Dig Date", "2026-03-08 02:00", None),
        ("Dig Date", "2026-03-09", "2026-03-09T00:00:00"),
        ("Utility", "G", "G"),
        ("Utility", "Gas", None),
        ("Utility", "X", None),
        ("Depth & Width", "deep", None),
        ("Locate Ref", "x" * 8001, None),
        ("Nonsense", "x", None),
    ],
)
def test_user_defined_values_are_checked_by_their_type(desk: Desk, name: str, value: str, shown: str | None) -> None:
    new = sent("Ticket", udf={name: value}, **TICKET)
    if shown is None:
        assert name in refused(desk, "create", new)
    else:
        assert desk.get("Ticket", good(desk.write("create", new)).ids[0])["udf"][name] == shown
        assert desk.found("Ticket", where(name, "Equals", value, udf=True))


@pytest.mark.rule("autotask.udf.list_value")
def test_lists_may_be_written_by_what_people_see() -> None:
    desk = Desk("demo:30", {"udf_list_value": "display"})
    made = desk.write("create", sent("Ticket", udf={"Utility": "Gas"}, **TICKET))
    assert desk.get("Ticket", good(made).ids[0])["udf"]["Utility"] == "Gas"
    assert refused(desk, "create", sent("Ticket", udf={"Utility": "G"}, **TICKET))


@pytest.mark.rule("autotask.udf.capable")
def test_other_entities_have_no_user_defined_fields(desk: Desk) -> None:
    note = sent("TicketNote", TicketID=ticket(desk), udf={"Locate Ref": "x"}, **NOTE)
    assert "Locate Ref" in refused(desk, "create", note)
    role = {"Name": "R", "HourlyFactor": 1, "HourlyRate": 1, "Active": True}
    assert "Nope" in refused(desk, "update", sent("Role", desk.truth("Role")[0]["id"], {"Nope": "1"}, **role))


@pytest.mark.rule("autotask.udf.definitions")
def test_user_defined_fields_are_made_by_the_interface_itself(desk: Desk) -> None:
    made = desk.made("UserDefinedFieldDefinition", Name="Phase", UdfType=11, DataType=5)
    desk.made("UserDefinedFieldListItem", UdfFieldId=made, ValueForExport="P1", ValueForDisplay="Phase one")
    new = good(desk.write("create", sent("Ticket", udf={"Phase": "P1"}, **TICKET))).ids[0]
    assert desk.get("Ticket", new)["udf"]["Phase"] == "P1"


@pytest.mark.rule("autotask.udf.definitions")
def test_tickets_have_at_most_300_user_defined_fields(desk: Desk) -> None:
    new = [sent("UserDefinedFieldDefinition", Name=f"F{n}", UdfType=11, DataType=1) for n in range(200)]
    assert good(desk.write("create", *new))
    assert good(desk.write("create", *new[:94]))
    assert "300" in refused(desk, "create", new[0])


@pytest.mark.rule("autotask.udf.definitions")
@pytest.mark.parametrize(
    ("kind", "old", "new", "op"), [(3, "abc", "7.0", "Equals"), (4, "3", "2026-03-01", "IsThisDay")]
)
def test_a_user_defined_field_may_change_its_type(desk: Desk, kind: int, old: str, new: str, op: str) -> None:
    early, late = (
        good(desk.write("create", sent("Ticket", udf={"Locate Ref": text}, **TICKET))).ids[0] for text in (old, new)
    )
    definition = sent("UserDefinedFieldDefinition", company.LOCATE_REF, Name="Locate Ref", UdfType=11, DataType=kind)
    assert good(desk.write("update", definition))
    assert desk.found("Ticket", where("Locate Ref", op, new, udf=True))[0]["id"] == late
    assert good(desk.write("update", sent("Ticket", early, udf={"Gate Code": "1"}, **TICKET)))
    assert desk.get("Ticket", early)["udf"]["Locate Ref"] == old
    assert good(desk.write("update", sent("Ticket", early, udf={"Locate Ref": new}, **TICKET)))
    assert len(desk.found("Ticket", where("Locate Ref", op, new, udf=True))) == 2


@pytest.mark.rule("autotask.update.missing")
@pytest.mark.parametrize("id_", [None, 0, 5, -1, 2**62])
def test_an_update_needs_a_record(desk: Desk, id_: int | None) -> None:
    text = "No matching records found. The logged in resource may not have the required permissions to {} the data."
    missing = refusal(desk, "update", sent("Ticket", id_, **TICKET))
    assert (missing.messages, missing.entity) == ((text.format("update"),), "ticket")
    assert refused(desk, "delete", sent("AccountToDo", id_)) == text.format("delete")


def test_ids_are_numbers(desk: Desk) -> None:
    entity = sent("Ticket", 1, **TICKET)
    bad = type(entity)("Ticket", Value("one"), entity.fields)
    assert refused(desk, "update", bad) == "Can not convert data to numeric in field: id. ; on record number [1]."


@pytest.mark.rule("autotask.update.missing")
def test_records_out_of_reach_cannot_be_written() -> None:
    half = Desk("demo:60", user="half@demo.example", password="half-password")
    mine = {each["id"] for each in half.found("Ticket", where("id", "GreaterThan", "0"))}
    foreign = next(each["id"] for each in half.truth("Ticket") if each["id"] not in mine)
    assert "No matching records" in refused(half, "update", sent("Ticket", foreign, **TICKET))


@pytest.mark.rule("autotask.user.restricted")
def test_hidden_fields_are_neither_set_nor_cleared() -> None:
    copy = Desk("demo:60", user="copy@demo.example", password="copy-password")
    truth = next(each for each in copy.truth("Ticket") if each["Title"] == "Every field has a value")
    assert good(copy.write("update", sent("Ticket", truth["id"], Resolution="mine", **TICKET)))
    after = next(each for each in copy.truth("Ticket") if each["id"] == truth["id"])
    assert after["Resolution"] == truth["Resolution"]
    assert after["Description"] is None
    assert "permissions to create" in refused(copy, "create", sent("Account", AccountName="x"))


# --- delete -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.delete.allowed")
@pytest.mark.parametrize("entity", ["Ticket", "Task", "Project", "Account", "TicketNote"])
def test_what_others_refer_to_cannot_be_deleted(desk: Desk, entity: str) -> None:
    assert "permissions to delete" in refused(desk, "delete", sent(entity, desk.truth(entity)[0]["id"]))


@pytest.mark.rule("autotask.wire.delete")
def test_a_deletion_answers_with_the_type_alone(desk: Desk) -> None:
    made = desk.made("TicketCost", TicketID=ticket(desk), CostType=1, Name="c", UnitQuantity=1, DatePurchased=NOW)
    answer = good(desk.write("delete", sent("TicketCost", made)))
    assert (answer.response.entity, answer.response.fragments, answer.response.infos) == ("ticketcost", (), ())
    assert desk.found("TicketCost", where("id", "Equals", str(made))) == []
    assert made not in [each["id"] for each in desk.truth("TicketCost")]


@pytest.mark.rule("autotask.write.empty")
@pytest.mark.parametrize("operation", ["create", "update", "delete"])
def test_a_write_without_an_entity_does_nothing_and_is_a_finding(desk: Desk, operation: str) -> None:
    answer = good(desk.write(operation))
    assert (answer.entities, answer.response.code) == ([], 1)
    assert [each.rule for each in desk.last.notes] == ["autotask.write.empty"]
    strict = Desk("empty", {"empty_write": "refuse"})
    assert refused(strict, operation) == "No entity was sent. [emulated text]"
