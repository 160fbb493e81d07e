"""create, update and delete, rule by rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mockservers.kernel import instants
from mockservers.kernel.operations import Call
from mockservers.vendors.autotask import company, picklists
from mockservers.vendors.autotask.choices import Choice
from mockservers.vendors.autotask.entities import ENTITIES
from mockservers.vendors.autotask.requests import Asked, Header, Upload, Value
from tests.vendors.autotask.asking import CODES, ENDPOINT, Answer, Desk, Failed, sent, where

ACCOUNT = company.SPECIAL_ACCOUNT
ENGINEER, LOCATOR = 29682834, 29682835
TICKET = {"AccountID": ACCOUNT, "Title": "A title", "Status": 1, "Priority": 1}
NOTE = {"Title": "t", "Description": "d", "NoteType": 1, "Publish": 1}
NOW = "2026-03-02T10:00:00"
LATER = "2026-03-02T11:00:00"
RECORD = "Error updating entity for record number [1]."


@pytest.fixture(scope="module")
def shared() -> Iterator[Desk]:
    made = Desk("demo:60")
    made.world.installation("autotask")
    made.world.checkpoint("begun")
    yield made
    made.world.close()


@pytest.fixture
def desk(shared: Desk) -> Desk:
    shared.world.restore("begun")
    return shared


def refused(answer: Answer | Failed) -> str:
    """The only message, or the first of two when the second names the record."""
    assert isinstance(answer, Failed), answer
    if len(answer.messages) == 2:
        assert answer.messages[1].startswith("Error updating entity for record number [")
    return answer.messages[0]


def good(answer: Answer | Failed) -> Answer:
    assert isinstance(answer, Answer), answer
    return answer


def ticket(desk: Desk, **more: Any) -> int:
    return desk.made("Ticket", **{**TICKET, **more})


# --- a call as a whole ------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.write.max_200")
@pytest.mark.parametrize("operation", ["create", "update", "delete"])
def test_200_entities_and_no_more(desk: Desk, operation: str) -> None:
    many = [sent("AccountToDo", 1)] * 201
    assert "at most 200" in refused(desk.write(operation, *many))


def test_200_entities_are_created_at_once(desk: Desk) -> None:
    answer = good(desk.write("create", *(sent("Ticket", **{**TICKET, "Title": f"n {n}"}) for n in range(200))))
    assert answer.ids == list(range(answer.ids[0], answer.ids[0] + 200))
    assert len({each["TicketNumber"] for each in answer.entities}) == 200


@pytest.mark.rule("autotask.write.all_or_nothing", "autotask.create.required")
def test_one_bad_record_fails_all(desk: Desk) -> None:
    before = desk.truth("Ticket")
    answer = desk.write("create", sent("Ticket", **TICKET), sent("Ticket", **{**TICKET, "Title": None}))
    assert refused(answer) == "Value does not exist for the required field Title. ; on record number [2]."
    assert desk.truth("Ticket") == before
    first = before[0]["id"]
    answer = desk.write("update", sent("Ticket", first, **{**TICKET, "Title": "new"}), sent("Ticket", 5, **TICKET))
    assert "No matching records" in refused(answer)
    assert desk.truth("Ticket") == before


def test_nothing_sent_is_nothing_done(desk: Desk) -> None:
    for operation in ("create", "update", "delete"):
        assert good(desk.write(operation)).response.infos == ()


@pytest.mark.rule("autotask.write.unknown_entity")
def test_an_unknown_entity_is_told(desk: Desk) -> None:
    assert "Nonsense" in refused(desk.write("create", sent("Nonsense")))


@pytest.mark.rule("autotask.write.not_allowed")
def test_some_entities_cannot_be_created_or_updated(desk: Desk) -> None:
    for operation, flag in (("create", "can_create"), ("update", "can_update")):
        for name, entity in ENTITIES.items():
            answer = desk.write(operation, sent(name, 1))
            barred = isinstance(answer, Failed) and answer.rule == "autotask.write.not_allowed"
            assert barred != entity.more[flag], name
            if isinstance(answer, Failed) and barred:
                assert answer.messages == (
                    f"The logged in Resource does not have the adequate permissions to {operation} this entity.",
                )


# --- fields -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.create.required")
@pytest.mark.parametrize("name", ["AccountID", "Title", "Status", "Priority"])
@pytest.mark.parametrize("value", [None, Value(None, "string"), Value("", "string")])
def test_required_fields_need_a_value(desk: Desk, name: str, value: Any) -> None:
    expected = f"Value does not exist for the required field {name}. ; on record number [1]."
    assert refused(desk.write("create", sent("Ticket", **{**TICKET, name: value}))) == expected
    left_out = {key: given for key, given in TICKET.items() if key != name}
    assert refused(desk.write("create", sent("Ticket", **left_out))) == expected


@pytest.mark.rule("autotask.create.required")
def test_a_category_may_require_more(desk: Desk) -> None:
    desk.world.tenant("autotask").facts["category_required"] = {"3": ["QueueID"]}
    try:
        assert "QueueID" in refused(desk.write("create", sent("Ticket", **TICKET)))
        queue = picklists_of(desk, "QueueID")[0]
        assert good(desk.write("create", sent("Ticket", QueueID=queue, **TICKET)))
        assert good(desk.write("create", sent("Ticket", TicketCategory=4, **TICKET)))
    finally:
        del desk.world.tenant("autotask").facts["category_required"]


def picklists_of(desk: Desk, name: str) -> list[str]:
    return [each.value for each in company.choices.of("Ticket", ENTITIES["Ticket"][name], company.choices.FIRST)]


@pytest.mark.rule("autotask.info.field_flags")
def test_two_years_earlier_other_fields_were_required() -> None:
    old = Desk("demo:30", {"field_flags": "2019"})
    assert "DueDateTime" in refused(old.write("create", sent("Ticket", **TICKET)))
    made = old.made("Ticket", DueDateTime=LATER, TicketNumber="MINE", **TICKET)
    assert old.get("Ticket", made)["TicketNumber"].startswith("T20260302.")


@pytest.mark.rule("autotask.write.read_only")
def test_read_only_values_are_ignored(desk: Desk) -> None:
    made = ticket(desk, CreateDate="1999-01-01", CompletedDate="rubbish", LastActivityDate=None, CreatorResourceID=1)
    found = desk.get("Ticket", made)
    assert found["CreateDate"] == found["LastActivityDate"] == NOW
    assert found["CreatorResourceID"] == company.API_USER
    assert "CompletedDate" not in found


@pytest.mark.rule("autotask.write.read_only")
def test_what_is_required_and_read_only_is_given_once(desk: Desk) -> None:
    contact = {"FirstName": "Ann", "LastName": "Lee", "Active": 1}
    assert "AccountID" in refused(desk.write("create", sent("Contact", **contact)))
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
        ("EstimatedHours", "1,5", "Can not convert data to numeric in field: EstimatedHours. ; on record number [1]."),
        ("DueDateTime", "soon", "Can not convert data to datetime in field: DueDateTime. ; on record number [1]. [emulated"
         " text]"),
        ("Status", Value(None, structured=True), "Can not convert data to numeric in field: Status. ; on record number [1]."),
    ],
)  # fmt: skip
def test_values_must_be_of_their_type(desk: Desk, name: str, value: Any, message: str) -> None:
    assert refused(desk.write("create", sent("Ticket", **{**TICKET, name: value}))) == message


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Priority", Value("2", "string"), 2), ("Priority", Value(" 2 ", None), 2), ("Priority", Value("2.0", "int"), 2),
        ("EstimatedHours", Value("1e2", "double"), 100.0), ("EstimatedHours", Value("-0", "double"), 0.0),
        ("Title", Value("5", "int"), "5"), ("ContractServiceID", None, None),
    ],
)  # fmt: skip
def test_the_type_that_is_sent_does_not_matter(desk: Desk, name: str, value: Any, shown: Any) -> None:
    assert desk.get("Ticket", ticket(desk, **{name: value})).get(name) == shown


@pytest.mark.rule("autotask.write.structured")
@pytest.mark.parametrize(
    "value", [Value(None, None), Value(None, "string", structured=True), Value(None, structured=True)]
)
def test_echoed_objects_are_no_texts(desk: Desk, value: Value) -> None:
    assert refused(desk.write("create", sent("Ticket", **{**TICKET, "Description": value}))) == (
        "Conversion from type 'Object' to type 'String' is not valid."
    )


@pytest.mark.rule("autotask.write.length")
def test_texts_have_their_lengths(desk: Desk) -> None:
    assert desk.get("Ticket", ticket(desk, Title="ä" * 255))["Title"] == "ä" * 255
    answer = desk.write("create", sent("Ticket", **{**TICKET, "Title": "x" * 256}))
    assert isinstance(answer, Failed)
    assert answer.messages == ("String value exceeds maximum length (field:Title). ", RECORD)


@pytest.mark.rule("autotask.picklist.value")
@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"Priority": 99}, "Priority"), ({"Status": 14}, "Status"), ({"Source": 6}, "Source"),
        ({"SubIssueType": 136}, "SubIssueType"), ({"IssueType": 11, "SubIssueType": 136}, "SubIssueType"),
        ({"IssueType": 10, "SubIssueType": 138}, "SubIssueType"),
    ],
)  # fmt: skip
def test_picklists_take_active_values_of_their_parent(desk: Desk, fields: dict[str, Any], name: str) -> None:
    answer = desk.write("create", sent("Ticket", **{**TICKET, **fields}))
    assert refused(answer) == f"Picklist value [{fields[name]}] does not exist for {name}. ; on record number [1]."


def test_a_child_value_under_its_parent_is_good(desk: Desk) -> None:
    made = ticket(desk, IssueType=10, SubIssueType=136)
    changed = sent("Ticket", made, IssueType=11, SubIssueType=136, **TICKET)
    assert "SubIssueType" in refused(desk.write("update", changed))


@pytest.mark.rule("autotask.picklist.value")
def test_a_value_that_became_inactive_may_stay(desk: Desk) -> None:
    made = ticket(desk, Priority=2)
    installation = desk.world.installation("autotask")
    with installation.store.transaction() as db:
        lists = [Choice("1", ("High",)), Choice("2", ("Old",), active=False)]
        picklists.keep(db, installation, "demo", "Ticket", "Priority", lists)
    assert good(desk.write("update", sent("Ticket", made, **{**TICKET, "Priority": 2, "Title": "other"})))
    assert "Priority" in refused(desk.write("create", sent("Ticket", **{**TICKET, "Priority": 2})))


@pytest.mark.rule("autotask.write.reference")
@pytest.mark.parametrize("value", [5, 0, -1])
def test_references_must_lead_somewhere(desk: Desk, value: int) -> None:
    answer = desk.write("create", sent("TicketNote", TicketID=value, **NOTE))
    assert refused(answer) == (
        "Reference value on field: TicketID of type: ticket does not exist or is invalid. ; on record number [1]."
    )


@pytest.mark.rule("autotask.write.reference")
def test_references_do_not_lead_out_of_reach_or_to_other_customers(desk: Desk) -> None:
    half = Desk("demo:60", user="half@demo.example", password="half-password")
    mine = {each["id"] for each in half.found("Account", where("id", "GreaterThan", "0"))}
    foreign = next(each["id"] for each in half.truth("Account") if each["id"] not in mine)
    assert "AccountID" in refused(half.write("create", sent("Ticket", **{**TICKET, "AccountID": foreign})))


def test_references_kept_as_text_are_checked_too(desk: Desk) -> None:
    contract = desk.truth("Contract")[0]["id"]
    note = desk.made("ContractNote", ContractID=contract, Title="t", Description="d")
    assert desk.get("ContractNote", note)["ContractID"] == str(contract)
    for value in ("abc", "5", "9" * 30):
        answer = desk.write("create", sent("ContractNote", ContractID=value[:25], Title="t", Description="d"))
        assert "of type: contract" in refused(answer)


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
        ("2024-03-05 05:00:00", "2024-03-05T05:00:00"), ("2026-11-21 23:06:21.502000", "2026-11-21T23:06:21.503"),
        ("2024-03-05", "2024-03-05T00:00:00"), ("2026-11-21T23:10:49.690Z", "2026-11-21T18:10:49.69"),
        ("2024-07-05T05:00:00", "2024-07-05T05:00:00"), ("2020-05-01T00:00:00.0000-5", "2020-05-01T01:00:00"),
        ("2024-03-05T05:00", "2024-03-05T05:00:00"), ("2026-11-01T01:30:00", "2026-11-01T01:30:00"),
    ],
)  # fmt: skip
def test_times_come_back_in_one_form(desk: Desk, written: str, shown: str) -> None:
    made = ticket(desk, DueDateTime=written)
    desk.write("update", sent("Ticket", made, DueDateTime="2024-03-05 05:00", **TICKET))
    desk.write("update", sent("Ticket", made, DueDateTime=written, **TICKET))
    assert desk.get("Ticket", made)["DueDateTime"] == shown


@pytest.mark.rule("autotask.time.gap")
def test_a_time_that_clocks_skip_is_refused(desk: Desk) -> None:
    assert "DueDateTime" in refused(desk.write("create", sent("Ticket", DueDateTime="2026-03-08T02:30:00", **TICKET)))


@pytest.mark.rule("autotask.request.datetime")
def test_a_strict_service_takes_xsd_datetimes_alone() -> None:
    strict = Desk("demo:30", {"datetime_input": "strict"})
    for value in ("2024-03-05T05:00:00", "2024-03-05T05:00:00.5Z", "2024-03-05T05:00:00+01:00"):
        assert strict.made("Ticket", DueDateTime=value, **TICKET)
    for value in ("2024-03-05 05:00:00", "2024-03-05", "2024-03-05T05:00"):
        assert "DueDateTime" in refused(strict.write("create", sent("Ticket", DueDateTime=value, **TICKET)))


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
        assert (entity == truth) == (desk is filled)
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
def test_duplicates_are_reported_and_made(desk: Desk) -> None:
    person = {"AccountID": ACCOUNT, "FirstName": "Åsa", "LastName": "Berg", "Active": 1}
    first = good(desk.write("create", sent("Contact", **person)))
    again = good(desk.write("create", sent("Contact", **{**person, "FirstName": "ÅSA"})))
    assert [first.response.infos[0].duplicate_found, again.response.infos[0].duplicate_found] == [False, True]
    assert first.ids != again.ids


def test_ids_are_never_used_twice(desk: Desk) -> None:
    todo = {"AccountID": ACCOUNT, "AssignedToResourceID": company.OWNER, "StartDateTime": NOW, "EndDateTime": LATER,
            "ActionType": 1}  # fmt: skip
    first = desk.made("AccountToDo", **todo)
    assert good(desk.write("delete", sent("AccountToDo", first)))
    assert desk.made("AccountToDo", **todo) > first


# --- update -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.update.replaces", "autotask.update.udf_kept")
def test_update_clears_what_is_not_sent_but_keeps_user_defined_fields(desk: Desk) -> None:
    (full,) = desk.found("Ticket", where("Title", "Equals", "Every field has a value"))
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
    assert found["CreateDate"] == full["CreateDate"]


@pytest.mark.rule("autotask.update.udf_kept")
def test_a_required_user_defined_field_cannot_be_emptied(desk: Desk) -> None:
    made = ticket(desk)
    assert desk.get("Ticket", made)["udf"] == {}
    assert good(desk.write("update", sent("Ticket", made, udf={"cost centre": "7"}, **TICKET)))
    for empty in (None, ""):
        answer = desk.write("update", sent("Ticket", made, udf={"Cost Centre": empty}, **TICKET))
        assert refused(answer) == ("Value does not exist for the required field Cost Centre. ; on record number [1].")
    assert good(desk.write("update", sent("Ticket", made, udf={"Locate Ref": "x"}, **TICKET)))
    assert good(desk.write("update", sent("Ticket", made, udf={"Locate Ref": None}, **TICKET)))
    assert desk.get("Ticket", made)["udf"]["Cost Centre"] == "7"
    assert desk.get("Ticket", made)["udf"]["Locate Ref"] is None


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [("Depth & Width", "01.50", "1.5"), ("Dig Date", "2026-03-08 02:00", None), ("Dig Date", "2026-03-09", "2026-03-09T00:00:00"),
     ("Utility", "G", "G"), ("Utility", "Gas", None), ("Utility", "X", None), ("Depth & Width", "deep", None),
     ("Locate Ref", "x" * 8001, None), ("Nonsense", "x", None)],
)  # fmt: skip
def test_user_defined_values_are_checked_by_their_type(desk: Desk, name: str, value: str, shown: str | None) -> None:
    answer = desk.write("create", sent("Ticket", udf={name: value}, **TICKET))
    if shown is None:
        assert refused(answer)
    else:
        assert desk.get("Ticket", good(answer).ids[0])["udf"][name] == shown
        assert desk.found("Ticket", where(name, "Equals", value, udf=True))


@pytest.mark.rule("autotask.udf.list_value")
def test_lists_may_be_written_by_what_people_see() -> None:
    desk = Desk("demo:30", {"udf_list_value": "display"})
    made = desk.write("create", sent("Ticket", udf={"Utility": "Gas"}, **TICKET))
    assert desk.get("Ticket", good(made).ids[0])["udf"]["Utility"] == "Gas"
    assert refused(desk.write("create", sent("Ticket", udf={"Utility": "G"}, **TICKET)))


@pytest.mark.rule("autotask.udf.capable")
def test_other_entities_have_no_user_defined_fields(desk: Desk) -> None:
    made = ticket(desk)
    assert "Locate Ref" in refused(
        desk.write("create", sent("TicketNote", TicketID=made, udf={"Locate Ref": "x"}, **NOTE))
    )


@pytest.mark.rule("autotask.udf.definitions")
def test_tickets_have_at_most_300_user_defined_fields(desk: Desk) -> None:
    new = [sent("UserDefinedFieldDefinition", Name=f"F{n}", UdfType=11, DataType=1) for n in range(200)]
    assert good(desk.write("create", *new))
    assert good(desk.write("create", *new[:94]))
    assert "300" in refused(desk.write("create", new[0]))


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
    answer = desk.write("update", sent("Ticket", id_, **TICKET))
    assert refused(answer) == text.format("update")
    assert isinstance(answer, Failed)
    assert answer.entity == "ticket"
    assert refused(desk.write("delete", sent("AccountToDo", id_))) == text.format("delete")


def test_ids_are_numbers(desk: Desk) -> None:
    entity = sent("Ticket", 1, **TICKET)
    bad = type(entity)("Ticket", Value("one"), entity.fields)
    assert refused(desk.write("update", bad)) == "Can not convert data to numeric in field: id. ; on record number [1]."


@pytest.mark.rule("autotask.update.missing")
def test_records_out_of_reach_cannot_be_written() -> None:
    half = Desk("demo:60", user="half@demo.example", password="half-password")
    mine = {each["id"] for each in half.found("Ticket", where("id", "GreaterThan", "0"))}
    foreign = next(each["id"] for each in half.truth("Ticket") if each["id"] not in mine)
    assert "No matching records" in refused(half.write("update", sent("Ticket", foreign, **TICKET)))


@pytest.mark.rule("autotask.user.restricted")
def test_hidden_fields_are_neither_set_nor_cleared() -> None:
    copy = Desk("demo:60", user="copy@demo.example", password="copy-password")
    truth = next(each for each in copy.truth("Ticket") if each["Title"] == "Every field has a value")
    assert good(copy.write("update", sent("Ticket", truth["id"], Resolution="mine", **TICKET)))
    after = next(each for each in copy.truth("Ticket") if each["id"] == truth["id"])
    assert after["Resolution"] == truth["Resolution"]
    assert after["Description"] is None
    assert "permissions to create" in refused(copy.write("create", sent("Account", AccountName="x")))


# --- delete -----------------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.delete.allowed")
def test_only_some_entities_can_be_deleted(desk: Desk) -> None:
    for name, entity in ENTITIES.items():
        answer = desk.write("delete", sent(name, 1))
        if not entity.more["can_delete"]:
            assert isinstance(answer, Failed)
            assert answer.rule == "autotask.delete.allowed"
        elif isinstance(answer, Failed):
            assert answer.rule == "autotask.update.missing", (name, answer)


@pytest.mark.rule("autotask.wire.delete")
def test_a_deletion_answers_with_the_type_alone(desk: Desk) -> None:
    made = desk.made("TicketCost", TicketID=ticket(desk), CostType=1, Name="c", UnitQuantity=1, DatePurchased=NOW)
    answer = good(desk.write("delete", sent("TicketCost", made)))
    assert (answer.response.entity, answer.response.fragments, answer.response.infos) == ("ticketcost", (), ())
    assert desk.found("TicketCost", where("id", "Equals", str(made))) == []


# --- single entities --------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.ticket.role")
def test_an_assigned_resource_needs_a_role_that_is_linked_to_a_queue(desk: Desk) -> None:
    text = "When assigning a Resource, you must assign both a assignedResourceID and assignedResourceRoleID."
    assert refused(desk.write("create", sent("Ticket", AssignedResourceID=company.OWNER, **TICKET))) == text
    assert refused(desk.write("create", sent("Ticket", AssignedResourceRoleID=ENGINEER, **TICKET))) == text
    links = [each for each in desk.truth("ResourceRole") if each["ResourceID"] == company.TWO_ROLES]
    linked = {each["RoleID"] for each in links if each["QueueID"] is not None}
    roles = {each["RoleID"] for each in links}
    assert linked < roles
    for role in roles:
        pair = {"AssignedResourceID": company.TWO_ROLES, "AssignedResourceRoleID": role}
        answer = desk.write("create", sent("Ticket", **pair, **TICKET))
        assert isinstance(answer, Answer) == (role in linked)


@pytest.mark.rule("autotask.ticket.role")
def test_a_primary_resource_is_no_secondary_one(desk: Desk) -> None:
    one, other = [each for each in desk.truth("ResourceRole") if each["QueueID"] is not None and each["Active"]][:2]
    made = ticket(desk, AssignedResourceID=one["ResourceID"], AssignedResourceRoleID=one["RoleID"])
    same = sent("TicketSecondaryResource", TicketID=made, ResourceID=one["ResourceID"], RoleID=one["RoleID"])
    assert "primary" in refused(desk.write("create", same))
    desk.made("TicketSecondaryResource", TicketID=made, ResourceID=other["ResourceID"], RoleID=other["RoleID"])
    swapped = {"AssignedResourceID": other["ResourceID"], "AssignedResourceRoleID": other["RoleID"]}
    assert "secondary" in refused(desk.write("update", sent("Ticket", made, **swapped, **TICKET)))


@pytest.mark.rule("autotask.ticket.role")
def test_open_checklist_items_do_not_stand_in_the_way(desk: Desk) -> None:
    made = ticket(desk)
    item = desk.made("TicketChecklistItem", TicketID=made, ItemName="first", Important=True)
    assert good(desk.write("update", sent("Ticket", made, **{**TICKET, "Status": 5})))
    found = desk.get("Ticket", made)
    assert (found["CompletedDate"], found["CompletedByResourceID"]) == (NOW, company.API_USER)
    assert good(desk.write("update", sent("Ticket", made, **TICKET)))
    assert "CompletedDate" not in desk.get("Ticket", made)
    assert good(desk.write("update", sent("TicketChecklistItem", item, ItemName="first", Completed=True)))
    assert desk.get("TicketChecklistItem", item)["CompletedDateTime"] == NOW


def worked(desk: Desk, **more: Any) -> Any:
    start = {"StartDateTime": "2026-03-02T08:00:00", "EndDateTime": "2026-03-02T09:30:00"}
    fields = {"ResourceID": company.OWNER, "RoleID": ENGINEER, **start, **more}
    return sent("TimeEntry", **{name: value for name, value in fields.items() if value is not ...})


@pytest.mark.rule("autotask.time.hours")
def test_time_on_tickets(desk: Desk) -> None:
    made = ticket(desk)
    entry = desk.get("TimeEntry", good(desk.write("create", worked(desk, TicketID=made))).ids[0])
    assert (entry["HoursWorked"], entry["DateWorked"], entry["Type"]) == (1.5, "2026-03-02T00:00:00", 2)
    assert (entry["CreatorUserID"], entry["LastModifiedDateTime"]) == (company.API_USER, NOW)
    for more, text in (
        ({"RoleID": ...}, "TimeEntries for Tickets must have a roleID"),
        ({"StartDateTime": ...}, "Must have at least one of hoursWorked or startDateTime/endDateTime"),
        ({"HoursWorked": 0}, "HoursWorked must be above 0 and at most 24. [emulated text]"),
        ({"HoursWorked": 24.01}, "HoursWorked must be above 0 and at most 24. [emulated text]"),
        ({"EndDateTime": "2026-03-02T08:00:00"}, "HoursWorked must be above 0 and at most 24. [emulated text]"),
        (
            {"AllocationCodeID": internal_code(desk)},
            "The given allocation code is not an active general allocation code",
        ),
    ):
        assert refused(desk.write("create", worked(desk, TicketID=made, **more))) == text
    assert good(desk.write("create", worked(desk, TicketID=made, StartDateTime=..., EndDateTime=..., HoursWorked=24)))


def internal_code(desk: Desk) -> int:
    return next(int(each["id"]) for each in desk.truth("AllocationCode") if each["UseType"] != 1 or not each["Active"])


@pytest.mark.rule("autotask.time.hours")
def test_some_contracts_want_start_and_stop_times(desk: Desk) -> None:
    text = "TimeEntries for Service tickets require a start and stop time."
    contract = desk.truth("Contract")[0]
    desk.world.act("autotask", "change", {"entity": "Contract", "id": contract["id"],
                                          "fields": {"TimeReportingRequiresStartAndStopTimes": 1}})  # fmt: skip
    made = ticket(desk, ContractID=contract["id"])
    hours = {"StartDateTime": ..., "EndDateTime": ..., "HoursWorked": 1}
    assert refused(desk.write("create", worked(desk, TicketID=made, **hours))) == text
    assert good(desk.write("create", worked(desk, TicketID=ticket(desk), **hours)))
    desk.world.tenant("autotask").facts["start_stop_times"] = True
    try:
        assert refused(desk.write("create", worked(desk, TicketID=ticket(desk), **hours))) == text
    finally:
        del desk.world.tenant("autotask").facts["start_stop_times"]


@pytest.mark.rule("autotask.time.hours")
def test_who_may_enter_time_for_others_is_a_setting(desk: Desk) -> None:
    made = ticket(desk)
    mine, theirs = worked(desk, TicketID=made, ResourceID=company.API_USER), worked(desk, TicketID=made)
    entry = good(desk.write("create", theirs)).ids[0]
    desk.world.tenant("autotask").facts["time_entry_proxy"] = "self"
    try:
        assert good(desk.write("create", mine))
        assert "somebody else" in refused(desk.write("create", theirs))
        assert "somebody else" in refused(desk.write("delete", sent("TimeEntry", entry)))
    finally:
        del desk.world.tenant("autotask").facts["time_entry_proxy"]


@pytest.mark.rule("autotask.contract.dates")
def test_contracts_end_after_they_start(desk: Desk) -> None:
    fields = {"AccountID": ACCOUNT, "ContractName": "c", "ContractType": 1, "Status": 1, "StartDate": "2026-03-02",
              "TimeReportingRequiresStartAndStopTimes": 0}  # fmt: skip
    answer = desk.write("create", sent("Contract", EndDate="2026-03-02", **fields))
    assert isinstance(answer, Failed)
    assert answer.messages == ("Contract EndDate must be after StartDate.", RECORD)
    made = desk.made("Contract", EndDate="2026-03-03", **fields)
    assert desk.get("Contract", made)["EndDate"] == "2026-03-03T00:00:00"


@pytest.mark.rule("autotask.impersonate.creator")
def test_impersonation_names_another_creator(desk: Desk) -> None:
    made = ticket(desk)
    answer = desk.write("create", sent("TicketNote", TicketID=made, **NOTE), impersonate=company.OWNER)
    note = desk.get("TicketNote", good(answer).ids[0])
    assert (note["CreatorResourceID"], note["ImpersonatorCreatorResourceID"]) == (company.OWNER, company.API_USER)
    changed = sent("TicketNote", note["id"], TicketID=made, **NOTE)
    assert good(desk.write("update", changed, impersonate=company.OTHER_OWNER))
    after = desk.get("TicketNote", note["id"])
    assert (after["CreatorResourceID"], after["ImpersonatorCreatorResourceID"]) == (company.OWNER, company.API_USER)
    assert after["ImpersonatorUpdaterResourceID"] == company.API_USER
    for answer in (
        desk.write("create", sent("Ticket", **TICKET), impersonate=company.OWNER),
        desk.write("create", sent("TicketNote", TicketID=made, **NOTE), impersonate=company.INACTIVE),
        desk.write("create", sent("TicketNote", TicketID=made, **NOTE), impersonate=5),
    ):
        assert "adequate permissions" in refused(answer)


# --- dates that move --------------------------------------------------------------------------------------------------


def _dates(desk: Desk, entity: str, id_: int, *names: str) -> list[str]:
    found = desk.get(entity, id_)
    return [found[name] for name in names]


@pytest.mark.rule("autotask.activity.moves")
def test_a_contact_shows_the_difference_of_activity_and_modification(desk: Desk) -> None:
    names = ("LastActivityDate", "LastModifiedDate")
    person = {"FirstName": "Ann", "LastName": "Lee", "Active": 1}
    contact = desk.made("Contact", AccountID=ACCOUNT, **person)
    assert _dates(desk, "Contact", contact, *names) == [NOW, NOW]
    desk.wait(3600)
    note = {"AccountID": ACCOUNT, "ContactID": contact, "AssignedResourceID": company.OWNER, "ActionType": 1,
            "StartDateTime": NOW, "EndDateTime": LATER}  # fmt: skip
    desk.made("AccountNote", **note)
    assert _dates(desk, "Contact", contact, *names) == [LATER, NOW]
    assert _dates(desk, "Account", ACCOUNT, "LastActivityDate") == [LATER]
    desk.wait(3600)
    assert good(desk.write("update", sent("Contact", contact, **person)))
    assert _dates(desk, "Contact", contact, *names) == ["2026-03-02T12:00:00"] * 2


@pytest.mark.rule("autotask.activity.moves")
def test_notes_and_time_move_a_tickets_activity(desk: Desk) -> None:
    made = ticket(desk)
    desk.wait(1800)
    note = desk.made("TicketNote", TicketID=made, **NOTE)
    assert _dates(desk, "Ticket", made, "LastActivityDate") == ["2026-03-02T10:30:00"]
    assert _dates(desk, "Ticket", made, "LastTrackedModificationDateTime") == [NOW]
    desk.wait(1800)
    assert good(desk.write("create", worked(desk, TicketID=made)))
    assert _dates(desk, "Ticket", made, "LastActivityDate") == [LATER]
    desk.wait(1800)
    assert good(desk.write("update", sent("TicketNote", note, TicketID=made, **NOTE)))
    assert _dates(desk, "TicketNote", note, "LastActivityDate") == ["2026-03-02T11:30:00"]
    assert _dates(desk, "Ticket", made, "LastActivityDate") == [LATER]
    assert desk.get("Ticket", made)["Title"] == "A title"


@pytest.mark.rule("autotask.activity.moves")
def test_a_costs_date_moves_with_its_status_alone(desk: Desk) -> None:
    fields = {"TicketID": ticket(desk), "CostType": 1, "Name": "c", "UnitQuantity": 2, "DatePurchased": NOW}
    made = desk.made("TicketCost", UnitCost=1.5, **fields)
    assert _dates(desk, "TicketCost", made, "StatusLastModifiedDate", "ExtendedCost") == [NOW, 3.0]
    desk.wait(3600)
    assert good(desk.write("update", sent("TicketCost", made, **{**fields, "Name": "other"})))
    assert _dates(desk, "TicketCost", made, "StatusLastModifiedDate", "Name") == [NOW, "other"]
    desk.world.act("autotask", "change", {"entity": "TicketCost", "id": made, "fields": {"Status": 7}})
    assert _dates(desk, "TicketCost", made, "StatusLastModifiedDate") == [LATER]


@pytest.mark.rule("autotask.activity.moves")
def test_tasks_projects_services_and_calls_have_dates_of_their_own(desk: Desk) -> None:
    project = desk.truth("Project")[0]["id"]
    task = desk.made("Task", ProjectID=project, Status=1, TaskType=1, Title="t")
    call = desk.made("ServiceCall", AccountID=ACCOUNT, StartDateTime=NOW, EndDateTime="2026-03-02T12:30:00")
    assert desk.get("ServiceCall", call)["Duration"] == 2.5
    desk.wait(3600)
    desk.made("TaskNote", TaskID=task, **NOTE)
    desk.made("ProjectNote", ProjectID=project, Announce=False, **NOTE)
    assert _dates(desk, "Task", task, "LastActivityDateTime") == [LATER]
    assert _dates(desk, "Project", project, "LastActivityDateTime") == [LATER]
    assert good(
        desk.write("update", sent("ServiceCall", call, AccountID=ACCOUNT, StartDateTime=NOW, EndDateTime=LATER))
    )
    assert _dates(desk, "ServiceCall", call, "LastModifiedDateTime", "Duration") == [LATER, 1.0]


def test_times_are_those_of_the_worlds_clock(desk: Desk) -> None:
    desk.world.clock.set(instants.from_iso("2026-07-01T12:00:00.5Z"))
    assert _dates(desk, "Ticket", ticket(desk), "CreateDate", "LastActivityDate") == ["2026-07-01T08:00:00.5"] * 2


@pytest.mark.rule("autotask.activity.moves", "autotask.attachment.calls")
def test_an_attachment_is_activity_too(desk: Desk) -> None:
    made = ticket(desk)
    desk.wait(3600)
    info = sent(
        "AttachmentInfo", ParentID=made, ParentType=4, Type="URL", Title="t", FullPath="https://x.example", Publish=1
    )
    asked = Asked(
        desk.user, desk.password, Header(None, CODES["demo"], None), ENDPOINT, "localhost", Upload(None, info)
    )
    desk.world.perform(Call("autotask", "CreateAttachment", asked))
    assert _dates(desk, "Ticket", made, "LastActivityDate", "LastTrackedModificationDateTime") == [LATER, NOW]
