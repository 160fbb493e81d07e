"""How values of the demo data look to a client: types, nulls, flags, decimals, times, user-defined values."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from mockservers.vendors.autotask.emulator.entities import ENTITIES
from tests.vendors.autotask.post import SPACE, XSI, Post, texts, where

TYPES = {
    "int": "xsd:int",
    "long": "xsd:int",
    "short": "xsd:short",
    "double": "xsd:double",
    "decimal": "xsd:decimal",
    "bool": "xsd:boolean",
    "text": "xsd:string",
    "time": "xsd:dateTime",
    "date": "xsd:dateTime",
}


@pytest.fixture(scope="module")
def post() -> Post:
    return Post(data="demo:60")


def entities(post: Post, entity: str, inner: str = "") -> list[dict[str, Any]]:
    """The entities of an answer: element by name."""
    return [
        {etree.QName(each).localname: each for each in found}
        for found in post.query(entity, inner).iter(f"{{{SPACE}}}Entity")
    ]


def record(post: Post, operation: str, **request: Any) -> dict[str, Any]:
    found: dict[str, Any] = post.world.act("autotask", operation, request)
    return found


@pytest.mark.rule("autotask.wire.typed_fields", "autotask.wire.order", "autotask.wire.nulls", "autotask.wire.long")
@pytest.mark.parametrize(
    "entity", ["Ticket", "Account", "Contact", "Resource", "TimeEntry", "TicketCost", "Contract", "Role"]
)
def test_every_field_but_id_is_typed_and_stands_in_its_place(post: Post, entity: str) -> None:
    order = ["id", "UserDefinedFields", *(each.name for each in ENTITIES[entity].elements if each.sent)]
    found = entities(post, entity)
    assert found
    for each in found:
        names = list(each)
        assert names == [name for name in order if name in each]
        for name, element in each.items():
            written = element.get(f"{{{XSI}}}type")
            if name in ("id", "UserDefinedFields"):
                assert written is None
            else:
                assert written == TYPES[ENTITIES[entity][name].form], name
        for field in ENTITIES[entity].elements:
            # Texts are there even when null, everything else is absent then.
            assert field.name in each or field.form != "text"
            if field.name in each and field.form != "text":
                assert each[field.name].text


@pytest.mark.rule("autotask.wire.long")
def test_a_long_of_more_than_31_bits_says_so_and_others_do_in_one_dialect() -> None:
    for switch, small in (("int", "xsd:int"), ("long", "xsd:long")):
        post = Post({"long_as": switch}, data="demo:5")
        made = record(
            post,
            "create",
            entity="InstalledProduct",
            fields={"RMMDeviceID": 2**40, "RMMDeviceAuditStorageBytes": 2**31 - 1, "DattoUsedKilobytes": -(2**31) - 1},
        )
        found = entities(post, "InstalledProduct", where("id", "Equals", made["id"]))[0]
        kind = f"{{{XSI}}}type"
        assert found["RMMDeviceID"].get(kind) == "xsd:long"
        assert found["RMMDeviceID"].text == str(2**40)
        assert found["DattoUsedKilobytes"].get(kind) == "xsd:long"
        assert found["RMMDeviceAuditStorageBytes"].get(kind) == small


@pytest.mark.rule("autotask.wire.flags", "autotask.wire.decimal")
def test_flags_passwords_and_money(post: Post) -> None:
    contacts = entities(post, "Contact")
    assert {each["Active"].text for each in contacts} == {"0", "1"}
    resources = entities(post, "Resource")
    assert {each["Active"].text for each in resources} == {"true", "false"}
    assert {each["Password"].text for each in resources} == {"******"}
    assert {each["InternalCost"].text for each in resources if "InternalCost" in each} >= {"0.0000", "31.0000"}
    calls = entities(post, "ServiceCall")
    assert {each["Complete"].text for each in calls} == {"0"}
    assert {each["Duration"].text for each in calls} == {"1.0000"}
    hours = {each["EstimatedHours"].text for each in entities(post, "Ticket") if "EstimatedHours" in each}
    assert {"1", "3", "0.1", "1.5"} <= hours


@pytest.mark.rule("autotask.time.resolution", "autotask.wire.datetime")
def test_times_are_kept_to_the_millisecond_and_written_short(post: Post) -> None:
    for given, written in (
        ("2026-01-05T12:00:00.953Z", "2026-01-05T07:00:00.953"),
        ("2026-01-05T12:00:00.24Z", "2026-01-05T07:00:00.24"),
        ("2026-01-05T12:00:00Z", "2026-01-05T07:00:00"),
        ("2026-07-05T12:00:00.1Z", "2026-07-05T08:00:00.1"),
    ):
        made = record(post, "create", fields={"DueDateTime": given})
        assert texts(post.query("Ticket", where("id", "Equals", made["id"])), "DueDateTime") == [written]


@pytest.mark.rule("autotask.wire.udf", "autotask.udf.list_value")
@pytest.mark.parametrize(("switch", "value"), [("export", "T"), ("display", "Telecom & TV")])
def test_user_defined_fields_are_all_listed_once_one_has_a_value(switch: str, value: str) -> None:
    post = Post({"udf_list_value": switch}, data="demo:20")
    made = record(post, "create", fields={"UserDefinedFields": {"Utility": "T"}})
    found = entities(post, "Ticket", where("id", "Equals", made["id"]))[0]["UserDefinedFields"]
    assert texts(found, "Name") == ["Locate Ref", "Utility", "Gate Code", "Dig Date", "Depth & Width", "Cost Centre"]
    assert texts(found, "Value") == [value]
    none = entities(post, "Ticket", where("Title", "Equals", "No user-defined value"))[0]["UserDefinedFields"]
    assert len(none) == 0
    listed = post.result("getUDFInfo", "<psTable>Ticket</psTable>")
    assert value in texts(listed, "Value")
