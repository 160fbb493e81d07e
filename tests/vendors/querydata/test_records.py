"""What other people do with tickets, the data worlds begin with, switches, and worlds kept in files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockservers import registry
from mockservers.kernel import catalogue, instants
from mockservers.kernel.rules import Misuse
from tests.vendors.querydata.desk import CREATED, Desk, day

NOW = day("09:55-10:05")


def test_a_created_ticket_is_complete_and_json(desk: Desk) -> None:
    made = desk.other("create", {"fields": {"TicketNumber": "A-1", "Priority": "Rush"}})
    assert made["exists"]
    names = [field.name for field in catalogue.load("querydata")["Ticket"].fields]
    assert list(made["fields"]) == names
    assert (made["fields"]["TicketNumber"], made["fields"]["Priority"]) == ("A-1", "Rush")
    assert made["fields"]["CreateDate"] == "2026-03-02T10:00:00Z"
    assert json.loads(json.dumps(made)) == made
    for group, entity in (("Excavator", "Excavator"), ("WorkSite", "WorkSite")):
        assert list(made["fields"][group]) == [field.name for field in catalogue.load("querydata")[entity].fields]
    for member in made["fields"]["Members"]:
        assert list(member) == [field.name for field in catalogue.load("querydata")["Member"].fields]


def test_the_same_steps_give_the_same_bytes(make: Callable[..., Desk]) -> None:
    def story() -> tuple[str, Any]:
        desk = make()
        ids = [desk.create() for _ in range(3)]
        for action in ("Assign", "Change Folder", "Add Facility Type", "Add Ongoing Response"):
            desk.act(ids[0], action)
        return json.dumps([desk.details(each) for each in ids]), ids

    assert story() == story()


def test_responses_and_states(desk: Desk) -> None:
    made = desk.create()
    story = ("Change Folder", "Add Ongoing Response", "Assign", "Add Complete Response", "Add Ongoing Response")
    states = [desk.act(made, action)["fields"]["Status"] for action in story]
    assert states == ["In Folder", "In Folder - Responded", "Assigned - Responded", "Closed", "Closed"]
    (ticket,) = desk.details(made)
    assert [response["Closes"] for response in ticket["Responses"]] == [False, True, False]
    assert set(ticket["Responses"][0]) == {field.name for field in catalogue.load("querydata")["Response"].fields}


def test_facility_types_are_added_once(desk: Desk) -> None:
    made = desk.create()
    for _ in range(2):
        fields = desk.act(made, "Add Facility Type", type="Steam")["fields"]
    assert fields["Members"][0]["FacilityTypes"].count("Steam") == 1


def test_revise_gives_a_new_id_under_the_same_number(desk: Desk) -> None:
    old = desk.create()
    desk.act(old, "Assign", to="Ada")
    new = desk.act(old, "Revise", fields={"Remarks": "new depth"})
    assert new["previous"] == str(old)
    fields = new["fields"]
    assert (fields["Version"], fields["Status"], fields["AssignedTo"], fields["Remarks"]) == (
        1,
        "Pending Research",
        None,
        "new depth",
    )
    with pytest.raises(Misuse, match="newer version already"):
        desk.act(old, "Revise")
    assert desk.act(int(new["id"]), "Revise")["fields"]["Version"] == 2


def test_fields_can_be_changed(desk: Desk) -> None:
    made = desk.create()
    text = desk.details(made)[0]["TicketText"]
    desk.wait(60)
    done = desk.other(
        "change",
        {
            "id": str(made),
            "fields": {
                "Remarks": "x",
                "DepthInches": 5,
                "WorkStartDateTime": "2026-03-09T08:00:00-05:00",
                "Geometry": {"Latitude": 1.5},
                "Excavator": {"CompanyName": "New & Co"},
                "Members": [],
                "Folder": None,
                "Status": "Closed",
            },
        },
    )["fields"]
    assert (done["Remarks"], done["DepthInches"], done["WorkStartDateTime"]) == ("x", 5, "2026-03-09T13:00:00Z")
    assert (done["Geometry"]["Latitude"], done["Excavator"]["CompanyName"], done["Members"]) == (1.5, "New & Co", [])
    assert (done["LastAction"], done["LastActionDateTime"]) == ("Edit Ticket", "2026-03-02T10:01:00Z")
    assert desk.details(made)[0]["TicketText"] == text, "what the centre sent stays"


@pytest.mark.parametrize(
    ("operation", "request_", "names"),
    [
        ("create", {"fields": {"Nope": 1}}, "Nope"),
        ("create", {"fields": {"UtilisphereID": 1}}, "UtilisphereID"),
        ("create", {"fields": {"TicketNumber": "x" * 26}}, "TicketNumber"),
        ("create", {"fields": {"DepthInches": 2**63}}, "DepthInches"),
        ("create", {"fields": {"Explosives": "yes"}}, "Explosives"),
        ("create", {"fields": {"Status": "Odd"}}, "Status"),
        ("create", {"fields": {"Excavator": {"Nope": 1}}}, "Nope"),
        ("create", {"fields": {"Excavator": None}}, "Excavator"),
        ("create", {"fields": {"Geometry": {"Latitude": "x"}}}, "Latitude"),
        ("create", {"fields": {"WorkStartDateTime": "2026-03-09 08:00"}}, "WorkStartDateTime"),
        ("create", {"fields": {"CallDateTime": None}}, "CallDateTime"),
        ("create", {"fields": {"Members": "x"}}, "Members"),
        ("create", {"fields": {"Members": [{"MemberCode": "x"}]}}, "MemberCode"),
        ("create", {"fields": []}, "fields"),
        ("create", {"delay": -1}, "delay"),
        ("create", {"delay": "x"}, "delay"),
        ("create", {"colour": 1}, "colour"),
        ("create", [], "object"),
        ("act", {"id": "1", "action": "Assign"}, "no ticket"),
        ("act", {"id": "x"}, "UtilisphereID"),
        ("act", {"action": "Assign"}, "UtilisphereID"),
        ("change", {"id": "9" * 40, "fields": {"Remarks": "x"}}, "UtilisphereID"),
        ("change", {"id": "9" * 18, "fields": {"Remarks": "x"}}, "no ticket"),
        ("delete", {"id": True}, "UtilisphereID"),
        ("list", {"most": 0}, "most"),
        ("list", {"after": "x"}, "after"),
    ],
)
def test_misuse_teaches(desk: Desk, operation: str, request_: Any, names: str) -> None:
    with pytest.raises(Misuse, match=names):
        desk.other(operation, request_)
    assert desk.other("list")["records"] == []


def test_misuse_of_a_ticket_teaches(desk: Desk) -> None:
    made = desk.create()
    for operation, request, names in (
        ("act", {"action": "Dance"}, "Add Complete Response"),
        ("act", {"action": "Assign", "to": [5]}, "'to' must be text"),
        ("change", {}, "at least one name"),
    ):
        with pytest.raises(Misuse, match=names):
            desk.other(operation, {"id": str(made), **request})


def test_delete_and_list(desk: Desk) -> None:
    made = [desk.create() for _ in range(5)]
    assert desk.other("delete", {"id": str(made[2])}) == {"id": str(made[2]), "exists": False, "fields": {}}
    assert desk.details(made[2]) == []
    rest = [str(each) for each in made if each != made[2]]
    assert [record["id"] for record in desk.other("list")["records"]] == rest
    page = desk.other("list", {"after": rest[0], "most": 2})["records"]
    assert [record["id"] for record in page] == rest[1:3]
    assert page[0] == desk.other("read", {"id": rest[1]})


# --- data -------------------------------------------------------------------------------------------------------------


def test_demo_has_exactly_the_rows_asked_for(make: Callable[..., Desk]) -> None:
    for rows in (0, 1, 7, 40, 333):
        desk = make(data=f"demo:{rows}")
        desk.world.clock.advance(9 * instants.HOUR)
        assert len(desk.other("list", {"most": 1000})["records"]) == rows


def test_demo_holds_the_awkward_cases(make: Callable[..., Desk]) -> None:
    desk = make(data="demo")
    desk.wait(9 * 3600)
    fields = [record["fields"] for record in desk.other("list", {"most": 1000})["records"]]
    numbers = [each["TicketNumber"] for each in fields]
    assert len(set(numbers)) < len(numbers), "two versions under one number"
    assert any(each["Excavator"]["CompanyName"] == "Smith & Sons <North>" for each in fields)
    assert any("ü" in each["Remarks"] and '"' in each["Remarks"] for each in fields)
    assert any(each["Geometry"] is None for each in fields)
    seconds = {entry["ActionDateTime"][17:19] for each in fields for entry in each["History"]}
    assert {"00", "30", "59"} <= seconds
    repeated = [each for each in fields if each["LastActionDateTime"].startswith("2025-11-02T0")]
    assert len(repeated) == 2
    assert {each["Status"] for each in fields} >= {"Closed", "In Folder", "Assigned"}


def test_a_demo_world_lives_on(make: Callable[..., Desk]) -> None:
    desk = make(data="demo")
    found = set()
    for hour in range(10, 18):
        desk.at(f"{hour}:59")
        found.add(tuple(desk.ids(day(f"{hour}:00-{hour}:59"))))
    assert all(found)
    assert len(found) == 8


def test_the_recent_past_does_not_grow_with_the_world(make: Callable[..., Desk]) -> None:
    window = "2026/03/02 06:00-2026/03/02 10:00"
    small, large = (len(make(data=f"demo:{rows}").ids(window)) for rows in (1000, 4000))
    assert 0.5 < small / large < 2


def test_a_world_in_a_file_is_opened_again(make: Callable[..., Desk], tmp_path: Path) -> None:
    desk = make({"processing_lag": "90s"}, store=tmp_path / "x.db", data="demo:40")
    made = desk.create()
    desk.wait(90)
    before = desk.details(made)
    desk.world.close()
    again = make(store=tmp_path / "x.db")
    again.wait(90)
    assert again.details(made) == before != []
    assert again.create() > made


def test_checkpoints_bring_everything_back(desk: Desk) -> None:
    made = desk.create()
    desk.world.checkpoint("before")
    desk.switch(processing_lag="10m", max_ids=5, result_formats={"X": "json"})
    desk.act(made, "Add Notes")
    desk.world.checkpoint("after")
    desk.world.restore("before")
    assert desk.details(made)[0]["LastAction"] == "Ticket Received"
    assert desk.world.installation("querydata").dialect.changes() == {}
    desk.world.restore("after")
    changes = desk.world.installation("querydata").dialect.changes()
    assert changes == {"processing_lag": 600, "max_ids": 5, "result_formats": {"X": "json"}}


# --- switches ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("switch", "value"),
    [
        ("errors", "both"),
        ("soap_namespace", "no uri"),
        ("soap_namespace", 'urn:"x'),
        ("payload_parameter", "a b"),
        ("result_formats", {}),
        ("result_formats", {"X": "yaml"}),
        ("result_formats", 5),
        ("details_root", "<x>"),
        ("time_zone", "Mars/Olympus"),
        ("processing_lag", "-5s"),
        ("processing_lag", "soon"),
        ("warehouse_lag", True),
        ("bulk_notice", -1),
        ("max_window", 0),
        ("max_ids", "x"),
        ("rate_limit", 1.5),
        ("latency_per_id", True),
        ("retention_days", -3),
        ("nonsense", 1),
    ],
)
def test_wrong_values_of_switches_are_refused(switch: str, value: Any) -> None:
    with pytest.raises(ValueError, match=switch):
        registry.emulator("querydata").dialects.dialect({switch: value})


def test_switches_in_the_words_of_a_command_line() -> None:
    family = registry.emulator("querydata").dialects
    dialect = family.dialect(
        {
            "result_formats": "ACME=json,B=xml",
            "max_ids": "5",
            "processing_lag": "1.5m",
            "bulk_notice": "7",
            "max_window": False,
        }
    )
    assert dialect["result_formats"] == {"ACME": "json", "B": "xml"}
    assert (dialect["max_ids"], dialect["processing_lag"], dialect["bulk_notice"]) == (5, 90, 7)
    assert dialect["max_window"] is None
    assert family.default.with_(dialect.changes()).changes() == dialect.changes(), "kept values read the same again"


@pytest.mark.parametrize("name", list(registry.emulator("querydata").dialects.named))
def test_named_dialects_answer(make: Callable[..., Desk], name: str) -> None:
    desk = make(name, data="demo:200")
    ids = desk.ids("2026/03/01 00:00-2026/03/02 05:00")
    assert ids
    assert len(desk.details(ids[0])) == 1
    assert desk.ids("2025/01/01 00:00-2026/03/02 05:00", field=CREATED, warehouse=True)


def test_rules_and_switches_name_each_other() -> None:
    emulator = registry.emulator("querydata")
    named = {rule.switch for rule in emulator.rules.values() if rule.switch}
    assert named <= set(emulator.dialects.switches)
    framed = {"form_post", "custom_errors"}
    assert set(emulator.dialects.switches) - named <= framed
