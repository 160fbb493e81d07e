"""What single entities ask of a write and do with it: assignments, time, contracts, impersonation, and dates that move."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.kernel import instants
from mockservers.kernel.operations import Call
from mockservers.vendors.autotask.emulator import company
from mockservers.vendors.autotask.emulator.entities import ENTITIES
from mockservers.vendors.autotask.emulator.requests import Asked, Header, Input, Upload
from tests.vendors.autotask.asking import CODES, ENDPOINT, Answer, Desk, sent, where
from tests.vendors.autotask.writing import ACCOUNT, ENGINEER, LATER, NOTE, NOW, TICKET, good, refused, ticket

# --- single entities --------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.ticket.role")
def test_an_assigned_resource_needs_a_role_that_is_linked_to_a_queue(desk: Desk) -> None:
    text = "When assigning a Resource, you must assign both a assignedResourceID and assignedResourceRoleID."
    assert refused(desk, "create", sent("Ticket", AssignedResourceID=company.OWNER, **TICKET)) == text
    assert refused(desk, "create", sent("Ticket", AssignedResourceRoleID=ENGINEER, **TICKET)) == text
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
    assert "primary" in refused(desk, "create", same)
    desk.made("TicketSecondaryResource", TicketID=made, ResourceID=other["ResourceID"], RoleID=other["RoleID"])
    swapped = {"AssignedResourceID": other["ResourceID"], "AssignedResourceRoleID": other["RoleID"]}
    assert "secondary" in refused(desk, "update", sent("Ticket", made, **swapped, **TICKET))


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


def worked(id_: int | None = None, **more: Any) -> Input:
    start = {"StartDateTime": "2026-03-02T08:00:00", "EndDateTime": "2026-03-02T09:30:00"}
    fields = {"ResourceID": company.OWNER, "RoleID": ENGINEER, **start, **more}
    return sent("TimeEntry", id_, **{name: value for name, value in fields.items() if value is not ...})


def test_a_project_follows_its_tasks_and_their_time(desk: Desk) -> None:
    project = next(iter(desk.truth("Project")))
    id_ = int(project["id"])
    tasks = [each for each in desk.truth("Task") if each["ProjectID"] == id_]
    done = sum(each["Status"] == 5 for each in tasks)
    hours = project["ActualHours"]

    def told() -> tuple[int, float]:
        found = desk.get("Project", id_)
        return found["CompletedPercentage"], found["ActualHours"]

    def act(operation: str, **request: Any) -> Any:
        return desk.world.act("autotask", operation, request)

    assert told() == (100 * done // len(tasks), hours)
    open_task = str(next(each["id"] for each in tasks if each["Status"] != 5))
    act("act", entity="Task", id=open_task, action="complete")
    assert told() == (100 * (done + 1) // len(tasks), hours)
    act("act", entity="Task", id=open_task, action="reopen")
    act("act", entity="Task", id=open_task, action="time", hours=2.5)
    assert told() == (100 * done // len(tasks), hours + 2.5)
    entry = good(desk.write("create", worked(TaskID=int(open_task)))).ids[0]
    assert told() == (100 * done // len(tasks), hours + 4.0)
    act("delete", entity="TimeEntry", id=str(entry))
    made = act("create", entity="Task", fields={"ProjectID": id_, "Status": 5})["id"]
    assert told() == (100 * (done + 1) // (len(tasks) + 1), hours + 2.5)
    act("delete", entity="Task", id=made)
    act("delete", entity="Task", id=open_task)
    assert told() == (100 * done // (len(tasks) - 1), hours)
    for each in desk.truth("Task"):
        if each["ProjectID"] == id_:
            act("delete", entity="Task", id=str(each["id"]))
    assert told() == (0, 0.0)


_BOUNDS = "HoursWorked must be above 0 and at most 24. [emulated text]"
_NO_CODE = "The given allocation code is not an active general allocation code"


@pytest.mark.rule("autotask.time.hours")
def test_time_on_tickets(desk: Desk) -> None:
    made = ticket(desk)
    entry = desk.get("TimeEntry", good(desk.write("create", worked(TicketID=made))).ids[0])
    assert (entry["HoursWorked"], entry["DateWorked"], entry["Type"]) == (1.5, "2026-03-02T00:00:00", 2)
    assert (entry["CreatorUserID"], entry["LastModifiedDateTime"]) == (company.API_USER, NOW)
    hours = {"StartDateTime": ..., "EndDateTime": ...}
    assert good(desk.write("create", worked(TicketID=made, HoursWorked=24, **hours)))
    assert refused(desk, "create", worked(TicketID=made, HoursWorked=24.25, **hours)) == _BOUNDS


@pytest.mark.rule("autotask.time.hours")
@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"RoleID": ...}, "TimeEntries for Tickets must have a roleID"),
        ({"HoursWorked": 1, "RoleID": None}, "TimeEntries for Tickets must have a roleID"),
        ({"StartDateTime": ...}, "Must have at least one of hoursWorked or startDateTime/endDateTime"),
        (
            {"StartDateTime": ..., "EndDateTime": ...},
            "Must have at least one of hoursWorked or startDateTime/endDateTime",
        ),
        ({"HoursWorked": 0}, _BOUNDS),
        ({"HoursWorked": -1}, _BOUNDS),
        ({"HoursWorked": 24.01}, _BOUNDS),
        ({"EndDateTime": "2026-03-02T08:00:00"}, _BOUNDS),
        ({"EndDateTime": "2026-03-02 07:00:00"}, _BOUNDS),
        ({"AllocationCodeID": 29682804}, _NO_CODE),  # mileage, which is not general
        ({"AllocationCodeID": 29682807}, _NO_CODE),  # not active
    ],
)
def test_time_that_cannot_be_entered(desk: Desk, more: dict[str, Any], said: str) -> None:
    assert refused(desk, "create", worked(TicketID=desk.truth("Ticket")[0]["id"], **more)) == said


@pytest.mark.rule("autotask.time.hours")
def test_some_contracts_want_start_and_stop_times(desk: Desk) -> None:
    text = "TimeEntries for Service tickets require a start and stop time."
    contract = desk.truth("Contract")[0]
    desk.world.act(
        "autotask",
        "change",
        {"entity": "Contract", "id": contract["id"], "fields": {"TimeReportingRequiresStartAndStopTimes": 1}},
    )
    made = ticket(desk, ContractID=contract["id"])
    hours = {"StartDateTime": ..., "EndDateTime": ..., "HoursWorked": 1}
    assert refused(desk, "create", worked(TicketID=made, **hours)) == text
    assert good(desk.write("create", worked(TicketID=ticket(desk), **hours)))
    desk.world.tenant("autotask").facts["start_stop_times"] = True
    try:
        assert refused(desk, "create", worked(TicketID=ticket(desk), **hours)) == text
    finally:
        del desk.world.tenant("autotask").facts["start_stop_times"]


@pytest.mark.rule("autotask.time.hours")
def test_who_may_enter_time_for_others_is_a_setting(desk: Desk) -> None:
    made = ticket(desk)
    mine, theirs = worked(TicketID=made, ResourceID=company.API_USER), worked(TicketID=made)
    entry = good(desk.write("create", theirs)).ids[0]
    desk.world.tenant("autotask").facts["time_entry_proxy"] = "self"
    try:
        assert good(desk.write("create", mine))
        assert "somebody else" in refused(desk, "create", theirs)
        assert "somebody else" in refused(desk, "delete", sent("TimeEntry", entry))
    finally:
        del desk.world.tenant("autotask").facts["time_entry_proxy"]


@pytest.mark.rule("autotask.contract.dates")
def test_contracts_end_after_they_start(desk: Desk) -> None:
    fields = {
        "AccountID": ACCOUNT,
        "ContractName": "c",
        "ContractType": 1,
        "Status": 1,
        "StartDate": "2026-03-02",
        "TimeReportingRequiresStartAndStopTimes": 0,
    }
    assert refused(desk, "create", sent("Contract", EndDate="2026-03-02", **fields)) == (
        "Contract EndDate must be after StartDate."
    )
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
    for entity, fields, who in (
        ("Ticket", TICKET, company.OWNER),
        ("TicketNote", {"TicketID": made, **NOTE}, company.INACTIVE),
        ("TicketNote", {"TicketID": made, **NOTE}, 5),
    ):
        assert "adequate permissions" in refused(desk, "create", sent(entity, **fields), impersonate=who)


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
    note = {
        "AccountID": ACCOUNT,
        "ContactID": contact,
        "AssignedResourceID": company.OWNER,
        "ActionType": 1,
        "StartDateTime": NOW,
        "EndDateTime": LATER,
    }
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
    entry = good(desk.write("create", worked(TicketID=made))).ids[0]
    assert _dates(desk, "Ticket", made, "LastActivityDate", "LastTrackedModificationDateTime") == [LATER, NOW]
    desk.wait(1800)
    assert good(desk.write("update", sent("TicketNote", note, TicketID=made, **NOTE)))
    assert _dates(desk, "TicketNote", note, "LastActivityDate") == ["2026-03-02T11:30:00"]
    assert _dates(desk, "Ticket", made, "LastActivityDate", "LastTrackedModificationDateTime") == [
        "2026-03-02T11:30:00",
        NOW,
    ]
    assert good(desk.write("update", worked(entry, TicketID=made, HoursWorked=1)))
    assert _dates(desk, "TimeEntry", entry, "LastModifiedDateTime") == ["2026-03-02T11:30:00"]
    assert desk.get("Ticket", made)["Title"] == "A title"


def _belonging(desk: Desk, project: int) -> list[tuple[str, dict[str, Any], str, int]]:
    """What can be made of records that belong to another one, and whose activity it is."""
    made, contact = ticket(desk), desk.truth("Account")[1]["id"]
    task = desk.made("Task", ProjectID=project, Status=1, TaskType=1, Title="t")
    cost = {"CostType": 1, "Name": "c", "UnitQuantity": 1, "DatePurchased": NOW}
    call = desk.made("ServiceCall", AccountID=contact, StartDateTime=NOW, EndDateTime=LATER)
    return [
        ("TicketNote", {"TicketID": made, **NOTE}, "Ticket", made),
        ("TicketCost", {"TicketID": made, **cost}, "Ticket", made),
        ("TicketChecklistItem", {"TicketID": made, "ItemName": "i"}, "Ticket", made),
        ("ServiceCallTicket", {"TicketID": made, "ServiceCallID": call}, "Ticket", made),
        ("TaskNote", {"TaskID": task, **NOTE}, "Task", task),
        ("TaskNote", {"TaskID": task, **NOTE}, "Project", project),
        ("ProjectCost", {"ProjectID": project, **cost}, "Project", project),
        ("Ticket", {"AccountID": ACCOUNT, "Title": "t", "Status": 1, "Priority": 1}, "Account", ACCOUNT),
        ("TicketNote", {"TicketID": made, **NOTE}, "Account", ACCOUNT),
    ]


_DIRECT = {("TicketNote", "Ticket"), ("TaskNote", "Task")}


@pytest.mark.rule("autotask.activity.moves")
@pytest.mark.parametrize(
    "breadth", [pytest.param("related", marks=pytest.mark.rule("autotask.activity.breadth")), "direct"]
)
def test_how_broad_activity_is(breadth: str) -> None:
    desk = Desk("demo:30", {"activity": breadth})
    project = desk.truth("Project")[0]["id"]
    for kind, fields, above, id_ in _belonging(desk, project):
        name = "LastActivityDate" if above in ("Ticket", "Account") else "LastActivityDateTime"
        before = _dates(desk, above, id_, name)
        desk.wait(3600)
        made = desk.made(kind, **fields)
        moved = _dates(desk, above, id_, name)
        assert (moved != before) == (breadth == "related" or (kind, above) in _DIRECT), (kind, above)
        if not ENTITIES[kind].may("delete"):
            continue
        desk.wait(3600)
        assert good(desk.write("delete", sent(kind, made)))
        assert (_dates(desk, above, id_, name) != moved) == (breadth == "related"), (kind, above)


@pytest.mark.rule("autotask.history.ticket")
def test_a_tickets_history_tells_what_changed(desk: Desk) -> None:
    made = ticket(desk)
    desk.wait(60)
    desk.world.act("autotask", "act", {"id": made, "action": "complete", "note": "Fixed."})
    told = desk.found("TicketHistory", where("TicketID", "Equals", str(made)))
    assert [each["Action"] for each in told] == ["Created", "Changed"]
    assert "Status: 1 -> 5" in told[1]["Detail"]
    assert "Resolution: None -> Fixed." in told[1]["Detail"]
    assert (told[0]["Date"], told[1]["Date"]) == (NOW, "2026-03-02T10:01:00")
    desk.world.act("autotask", "delete", {"id": made})
    assert desk.found("TicketHistory", where("TicketID", "Equals", str(made))) == []


@pytest.mark.rule("autotask.history.deleted_activity")
def test_deleted_activity_leaves_an_entry(desk: Desk) -> None:
    made = ticket(desk)
    entry = good(desk.write("create", worked(TicketID=made))).ids[0]
    assert good(desk.write("delete", sent("TimeEntry", entry)))
    note = desk.made("TicketNote", TicketID=made, **NOTE)
    desk.world.act("autotask", "delete", {"entity": "TicketNote", "id": note})
    first, second = desk.found("DeletedTicketActivityLog")
    number = desk.get("Ticket", made)["TicketNumber"]
    assert (first["TypeID"], first["TicketID"], first["TicketNumber"], first["HoursWorked"]) == (2, made, number, 1.5)
    assert (second["TypeID"], second["NoteOrAttachmentTitle"], second["DeletedDateTime"]) == (1, "t", NOW)
    project = desk.truth("Project")[0]["id"]
    task = desk.made("Task", ProjectID=project, Status=1, TaskType=1, Title="t")
    entry = good(desk.write("create", worked(TaskID=task))).ids[0]
    assert good(desk.write("delete", sent("TimeEntry", entry)))
    (log,) = desk.found("DeletedTaskActivityLog")
    assert (log["TypeID"], log["TaskID"]) == (2, task)
    desk.world.act("autotask", "delete", {"id": made})
    assert len(desk.found("DeletedTicketActivityLog")) == 2, "a log outlives what it tells of"


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
