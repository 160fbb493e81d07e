"""Entities as XML, value by value, in the style of recorded answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockservers.kernel import instants
from mockservers.vendors.autotask.emulator import entities, renderings
from mockservers.vendors.autotask.emulator.entities import ENTITIES, Definition, Item, stored_time
from mockservers.vendors.autotask.emulator.renderings import Profile
from tests.vendors.autotask.asking import Answer, Desk, read, sent, where

EASTERN = "America/New_York"


def piece(entity: str, profile: Profile = renderings.STANDARD, udf: Any = None, known: Any = (), **row: Any) -> str:
    return renderings.entity(ENTITIES[entity], {"id": 501, **row}, udf or {}, known, profile)


def test_a_note_looks_like_the_recorded_one() -> None:
    made = piece(
        "TicketNote",
        CreatorResourceID=29684244,
        Description="Called back",
        NoteType=1,
        Publish=1,
        TicketID=9137,
        LastActivityDate=instants.from_iso("2018-07-24T23:14:36.24Z"),
    )
    assert made == (
        '<Entity xsi:type="TicketNote"><id>501</id><UserDefinedFields />'
        '<CreatorResourceID xsi:type="xsd:int">29684244</CreatorResourceID>'
        '<Description xsi:type="xsd:string">Called back</Description>'
        '<LastActivityDate xsi:type="xsd:dateTime">2018-07-24T19:14:36.24</LastActivityDate>'
        '<NoteType xsi:type="xsd:int">1</NoteType><Publish xsi:type="xsd:int">1</Publish>'
        '<TicketID xsi:type="xsd:int">9137</TicketID><Title xsi:type="xsd:string" /></Entity>'
    )


@pytest.mark.parametrize(
    ("utc", "written"),
    [
        ("2018-07-24T23:14:09.953Z", "2018-07-24T19:14:09.953"),
        ("2018-07-24T23:14:09.24Z", "2018-07-24T19:14:09.24"),
        ("2018-07-24T23:14:09.1Z", "2018-07-24T19:14:09.1"),
        ("2018-07-24T23:14:09Z", "2018-07-24T19:14:09"),
        ("2026-03-08T06:59:59Z", "2026-03-08T01:59:59"),
        ("2026-03-08T07:00:00Z", "2026-03-08T03:00:00"),
        ("2026-11-01T05:30:00Z", "2026-11-01T01:30:00"),
        ("2026-11-01T06:30:00Z", "2026-11-01T01:30:00"),
        ("1900-01-01T12:00:00Z", "1900-01-01T07:00:00"),
        ("1753-01-01T12:00:00Z", "1753-01-01T07:03:58"),
    ],
)
def test_times_are_eastern_clock_times_without_zeros_at_the_end(utc: str, written: str) -> None:
    assert renderings.time(stored_time(instants.from_iso(utc)), EASTERN) == written


@given(st.datetimes(datetime(1900, 1, 1), datetime(9998, 1, 1)), st.sampled_from([EASTERN, "UTC"]))
def test_times_agree_with_the_zone_database(moment: datetime, zone: str) -> None:
    instant = instants.from_wall(moment, instants.zone("UTC")) // 1000 * 1000
    local = instants.to_datetime(instant, instants.zone(zone)).replace(tzinfo=None)
    written = local.isoformat(timespec="milliseconds")
    assert renderings.time(instant, zone) == (written.rstrip("0") if local.microsecond else written[:-4])


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0"),
        (1.0, "1"),
        (-2.5, "-2.5"),
        (0.1, "0.1"),
        (1e14, "100000000000000"),
        (1e15, "1E+15"),
        (1.5e15, "1.5E+15"),
        (123456789012345678.0, "1.2345678901234568E+17"),
        (1e-5, "1E-05"),
        (0.0001, "0.0001"),
        (-1e20, "-1E+20"),
    ],
)
def test_doubles_are_written_as_dotnet_writes_them(value: float, written: str) -> None:
    assert renderings.double(value) == written


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_doubles_can_be_read_again(value: float) -> None:
    assert float(renderings.double(value)) == value


def test_only_some_doubles_are_decimals_with_four_places() -> None:
    assert '<InternalCost xsi:type="xsd:decimal">175.0000</InternalCost>' in piece("Resource", InternalCost=1_750_000)
    assert '<Duration xsi:type="xsd:decimal">0.5000</Duration>' in piece("ServiceCall", Duration=5_000)
    assert '<EstimatedHours xsi:type="xsd:double">0</EstimatedHours>' in piece("Ticket", EstimatedHours=0.0)
    assert renderings.decimal(-15_001) == "-1.5001"


def test_flags_are_what_the_vendor_made_them() -> None:
    assert '<Active xsi:type="xsd:int">1</Active>' in piece("Contact", Active=1)
    assert '<Complete xsi:type="xsd:short">1</Complete>' in piece("ServiceCall", Complete=1)
    resource = piece("Resource", Active=True, Password="never shown")
    assert '<Active xsi:type="xsd:boolean">true</Active>' in resource
    assert '<Password xsi:type="xsd:string">******</Password>' in resource
    assert '<Password xsi:type="xsd:string">******</Password>' in piece("Resource")
    assert "never shown" not in resource


@pytest.mark.parametrize(
    ("as_int", "value", "kind"),
    [
        (True, 5, "int"),
        (True, 2**31 - 1, "int"),
        (True, 2**31, "long"),
        (True, -(2**31) - 1, "long"),
        (False, 5, "long"),
    ],
)
def test_long_fields_look_like_ints_while_they_can(as_int: bool, value: int, kind: str) -> None:
    made = piece("Ticket", Profile(long_as_int=as_int), ContractServiceID=value)
    assert f'<ContractServiceID xsi:type="xsd:{kind}">{value}</ContractServiceID>' in made


def test_user_defined_fields_are_all_there_or_none() -> None:
    known = (Definition(7, "Locate & Ref", "text"), Definition(8, "Kind", "list", items=(Item("G", "Gas"),)))
    assert "<UserDefinedFields />" in piece("Ticket", known=known)
    assert "<UserDefinedFields />" in piece("Ticket", udf={"9": "of a field that is gone"}, known=known)
    made = piece("Ticket", udf={"8": "G"}, known=known)
    assert (
        "<UserDefinedFields><UserDefinedField><Name>Locate &amp; Ref</Name></UserDefinedField>"
        "<UserDefinedField><Name>Kind</Name><Value>G</Value></UserDefinedField></UserDefinedFields>"
    ) in made
    assert "<Value>Gas</Value>" in piece("Ticket", Profile(export=False), udf={"8": "G"}, known=known)


def test_hidden_fields_are_left_out() -> None:
    made = piece("Ticket", Profile(hidden=frozenset({"Title", "Priority"})), Title="secret", Priority=4)
    assert "secret" not in made
    assert "Priority" not in made
    assert '<Title xsi:type="xsd:string" />' in made


@given(st.text())
def test_any_text_can_be_read_again_as_far_as_xml_can_carry_it(text: str) -> None:
    made = piece("Ticket", Title=text)
    allowed = "".join(
        c if c in "\t\n\r" or " " <= c < "\ud800" or "\ue000" <= c < "\ufffe" or c > "\uffff" else "\ufffd"
        for c in text
    )
    assert read(made)["Title"] == allowed


def test_every_entity_can_be_rendered_with_every_field() -> None:
    plain = {"text": "x", "bool": True, "double": 1.5, "float": 1.5, "decimal": 15_000, "time": 0, "date": 0}
    for name, entity in ENTITIES.items():
        row = {each.name: plain.get(each.form, 1) for each in entity.elements}
        names = list(read(piece(name, **row)))
        assert names == ["id", "udf", *(each.name for each in entity.elements if each.sent)]


@pytest.mark.parametrize(
    ("milliseconds", "kept"), [(0, 0), (1, 0), (2, 3), (4, 3), (5, 7), (8, 7), (9, 10), (953, 953), (999, 1000)]
)
def test_times_are_kept_as_the_vendors_database_does(milliseconds: int, kept: int) -> None:
    assert stored_time(milliseconds * 1000) == kept * 1000


@given(st.integers(-(10**15), 10**15))
def test_a_kept_time_stays_what_it_is(instant: int) -> None:
    once = stored_time(instant)
    assert stored_time(once) == once
    assert abs(once - instant) <= 2_000
    assert once % 1000 == 0


@given(st.data())
def test_records_and_columns_hold_the_same(data: st.DataObject) -> None:
    entity = ENTITIES[data.draw(st.sampled_from(["Ticket", "TimeEntry", "Role", "Contract", "Contact"]))]
    element = data.draw(st.sampled_from(entity.elements))
    plain: dict[str, st.SearchStrategy[Any]] = {
        "text": st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1),
        "bool": st.booleans(),
        "double": st.floats(-1e100, 1e100),
        "float": st.floats(-1e100, 1e100),
        "decimal": st.integers(-(10**9), 10**9).map(lambda n: n / 10_000),
        "short": st.integers(-(2**15), 2**15 - 1),
        "int": st.integers(-(2**31), 2**31 - 1),
        "long": st.integers(-(2**63), 2**63 - 1),
        "time": st.just("2026-03-01T10:00:00.253000Z"),
        "date": st.just("2026-03-01T00:00:00Z"),
    }
    value = data.draw(plain[element.form])
    nothing = dict.fromkeys(each.name for each in entity.elements)
    told = entities.shown(entity, {**nothing, element.name: entities.kept(element, value)})
    assert told == {**nothing, element.name: value}
    assert entities.kept(element, None) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Title", 5),
        ("Title", "a\x00"),
        ("Priority", 1.5),
        ("Priority", True),
        ("Priority", 2**31),
        ("Priority", "1"),
        ("EstimatedHours", float("nan")),
        ("LastActivityDate", 5),
        ("LastActivityDate", "yesterday"),
        ("ServiceLevelAgreementHasBeenMet", 1),
        ("HoursToBeScheduled", 1e30),
    ],
)
def test_wrong_values_are_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=name if name != "LastActivityDate" else "."):
        entities.kept(ENTITIES["Ticket"][name], value)


# --- pieces that are kept ---------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.wire.udf", "autotask.udf.definitions")
def test_a_new_definition_shows_in_what_was_written_before_it() -> None:
    desk = Desk("demo:30")
    account = desk.truth("Account")[0]["id"]
    ticket = desk.made("Ticket", AccountID=account, Priority=1, Status=1, Title="t")
    bare = desk.made("Ticket", AccountID=account, Priority=1, Status=1, Title="bare")
    fields = {"AccountID": account, "Priority": 1, "Status": 1, "Title": "t"}
    assert isinstance(desk.write("update", sent("Ticket", ticket, udf={"Locate Ref": "L"}, **fields)), Answer)
    before = desk.get("Ticket", ticket)["udf"]
    desk.made("UserDefinedFieldDefinition", Name="Shift", UdfType=11, DataType=1)
    assert entities.ENTITIES["Ticket"].udf_capable
    assert desk.get("Ticket", ticket)["udf"] == {**before, "Shift": None}
    assert desk.get("Ticket", bare)["udf"] == {}
    assert desk.found("Ticket", where("id", "Equals", str(ticket)))[0]["udf"]["Shift"] is None


@pytest.mark.rule("autotask.time.eastern", "autotask.wire.datetime")
def test_another_zone_shows_other_clock_times() -> None:
    desk = Desk("demo:30", {"time_zone": "utc"})
    account = desk.truth("Account")[0]["id"]
    ticket = desk.made("Ticket", AccountID=account, Priority=1, Status=1, Title="t", DueDateTime="2026-03-08T02:30:00")
    found = desk.found("Ticket", where("DueDateTime", "Equals", "2026-03-08 02:30:00"))
    assert [each["id"] for each in found] == [ticket]
    assert found[0]["CreateDate"] == "2026-03-02T15:00:00"
    assert found[0]["DueDateTime"] == "2026-03-08T02:30:00"
