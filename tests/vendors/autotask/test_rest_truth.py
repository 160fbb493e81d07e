"""SOAP and REST see one truth: whatever is written by one of them is refused or kept alike, and read alike by both.

Each drawn sequence is played in two worlds, by SOAP in one and by REST in the other, step by step; then both worlds are
read by both services. MOCKSERVERS_EXAMPLES raises the number of examples.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from mockservers.vendors.autotask.emulator.rest.names import OF_ENTITY
from tests.examples import examples
from tests.vendors.autotask.post import SPACE, XSI, Post, where
from tests.vendors.autotask.rest import Rest

EXAMPLES = examples(6)
EASTERN = ZoneInfo("America/New_York")
SECOND = 1_000_000
TICKET = {"AccountID": 174, "Title": "a", "Status": 1, "Priority": 2}
TIMES = tuple(
    datetime.fromisoformat(text)
    for text in ("2026-07-01T12:30:00+00:00", "2026-11-01T05:30:00+00:00", "2026-03-08T07:00:00.123+00:00")
)
VALUES: Mapping[str, Mapping[str, tuple[Any, ...]]] = {
    "Ticket": {
        "AccountID": (174, 29683501, 5),
        "Title": ("a", "Ä & <b> \u4e16", "y" * 255, "y" * 256, None),
        "Status": (1, 5, 8, 14, 77),
        "Priority": (1, 4, 99),
        "Description": ("one\ntwo", "  blanks  ", None),
        "DueDateTime": (*TIMES, None),
        "EstimatedHours": (0.5, 2, 0, None),
        "PurchaseOrderNumber": ("007", "1e3", "true", None),
        "QueueID": (8, 1),
        "IssueType": (10, 11, None),
        "SubIssueType": (136, 310, None),
        "AssignedResourceID": (29682886, None),
        "AssignedResourceRoleID": (29682834, None),
        "CreateDate": (TIMES[0],),
    },
    "TicketNote": {"Title": ("n", None), "Description": ("d", "é", None), "NoteType": (1, 2, 77), "Publish": (1, 2, 3)},
    "TimeEntry": {
        "ResourceID": (29682886, 5),
        "RoleID": (29682834, None),
        "HoursWorked": (1, 0.25, 25),
        "DateWorked": (datetime(2026, 3, 2, tzinfo=UTC),),
        "SummaryNotes": ("s", None),
    },
    "TicketCost": {
        "Name": ("n", None),
        "CostType": (1, 9),
        "UnitQuantity": (1, 2.5),
        "UnitPrice": (10.25, None),
        "DatePurchased": (datetime(2026, 3, 8, tzinfo=UTC),),
        "BillableToAccount": (True, False),
    },
}
UDFS: Mapping[str, tuple[str | None, ...]] = {
    "Locate Ref": ("L-1", "é", None),
    "Utility": ("G", "Gas", None),
    "Depth & Width": ("1.5", "deep", None),
}
COLLECTIONS = {"TicketNote": "Notes", "TicketCost": "Charges"}
DAYS = frozenset({"DateWorked", "DatePurchased"})


@dataclass(frozen=True)
class Step:
    """One write: `tickets` and `which` choose among what there is, by place."""

    deed: str
    entity: str
    fields: Mapping[str, Any]
    udfs: Mapping[str, str | None]
    ticket: int
    which: int
    seconds: int


@st.composite
def steps(draw: st.DrawFn) -> Step:
    entity = draw(st.sampled_from(["Ticket", "Ticket", *sorted(VALUES)]))
    fields = {}
    for name, values in VALUES[entity].items():
        if draw(st.integers(0, 9)) < 8:
            # The first value is one that is taken, so that sequences get somewhere.
            fields[name] = values[0] if draw(st.integers(0, 9)) < 8 else draw(st.sampled_from(values))
    udfs = {}
    if entity == "Ticket":
        udfs = {name: draw(st.sampled_from(values)) for name, values in UDFS.items() if draw(st.integers(0, 3)) == 0}
    deed = draw(st.sampled_from(["create", "create", "replace", "change", "delete"]))
    return Step(
        deed, entity, fields, udfs, draw(st.integers(0, 9)), draw(st.integers(0, 9)), draw(st.integers(0, 4000))
    )


# --- writing ----------------------------------------------------------------------------------------------------------


def shown(name: str, value: Any, zone: Any) -> Any:
    """A time as the clocks of a service show it; dates belong to no zone."""
    if not isinstance(value, datetime):
        return value
    moment = value if name in DAYS else value.astimezone(zone)
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds")


def by_soap(post: Post, step: Step, id_: int | None, ticket: int, merged: Mapping[str, Any]) -> str | None:
    """Write by SOAP; None when it went well, else the first error. A change sends the rest of the record too."""
    members = [f"<id>{id_ or 0}</id>"]
    if step.deed != "delete":
        udfs = "".join(
            f"<UserDefinedField><Name>{escape(name)}</Name>"
            + ("" if value is None else f"<Value>{escape(value)}</Value>")
            + "</UserDefinedField>"
            for name, value in step.udfs.items()
        )
        members.append(f"<UserDefinedFields>{udfs}</UserDefinedFields>" if udfs else "")
        fields = {**(merged if step.deed == "change" else {}), **step.fields}
        if step.entity != "Ticket":
            fields["TicketID"] = ticket
        for name, value in fields.items():
            if value is None:
                members.append(f'<{name} xsi:nil="true" />')
            else:
                told = shown(name, value, EASTERN)
                text = ("true" if told else "false") if isinstance(told, bool) else escape(str(told), quote=False)
                members.append(f'<{name} xsi:type="xsd:string">{text}</{name}>')
    operation = {"create": "create", "delete": "delete"}.get(step.deed, "update")
    entity = f'<Entity xsi:type="{step.entity}">{"".join(members)}</Entity>'
    result = post.result(operation, f"<Entities>{entity}</Entities>")
    if result.findtext(f"{{{SPACE}}}ReturnCode") == "1":
        return None
    return str(result.findtext(f".//{{{SPACE}}}Message"))


def by_rest(rest: Rest, step: Step, id_: int | None, ticket: int) -> str | None:
    """Write by REST; None when it went well, else the first error."""
    resource = OF_ENTITY[step.entity]
    path = resource.name
    if step.entity in COLLECTIONS:
        path = f"Tickets/{ticket}/{COLLECTIONS[step.entity]}"
    if step.deed == "delete":
        done = rest.send("DELETE", f"{path}/{id_}")
    else:
        body = {resource.named[name]: shown(name, value, UTC) for name, value in step.fields.items()}
        if step.entity == "TimeEntry":
            body["ticketID"] = ticket
        if step.udfs:
            body["userDefinedFields"] = [{"name": name, "value": value} for name, value in step.udfs.items()]
        if id_ is not None:
            body["id"] = id_
        done = rest.send({"create": "POST", "replace": "PUT"}.get(step.deed, "PATCH"), path, body)
    if done.status == 200:
        return None
    assert done.status in (405, 500), (done.status, done.reply_body)
    return "not allowed" if done.status == 405 else str(rest_errors(done.reply_body)[0])


def rest_errors(body: bytes) -> list[str]:
    found: list[str] = json.loads(body)["errors"]
    return found


# --- reading ----------------------------------------------------------------------------------------------------------


def soap_records(post: Post, entity: str) -> dict[int, dict[str, Any]]:
    """All records as a client of SOAP knows them: numbers, booleans, texts, times as instants."""
    result = post.query(entity, where("id", "GreaterThan", 0))
    found = {}
    for each in result.find(f"{{{SPACE}}}EntityResults"):
        record = {}
        for member in each:
            name, kind, text = etree.QName(member).localname, member.get(f"{{{XSI}}}type", ""), member.text
            if name == "UserDefinedFields":
                record[name] = {pair[0].text: pair[1].text for pair in member if len(pair) > 1}
            elif text is not None:
                record[name] = _read(name, kind.rpartition(":")[2], text)
        found[int(each[0].text)] = record
    return found


def _read(name: str, kind: str, text: str) -> Any:
    if name == "id" or kind in ("int", "long", "short", "double", "decimal", "float"):
        return float(text)
    if kind == "boolean":
        return text == "true"
    if kind == "dateTime":
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC if name in DAYS else EASTERN).astimezone(UTC)
    return text


def rest_records(rest: Rest, entity: str) -> dict[int, dict[str, Any]]:
    """All records as a client of REST knows them, under their SOAP names."""
    resource = OF_ENTITY[entity]
    soap = {name: each for each, name in resource.named.items()}
    found = {}
    for item in rest.found(resource.name, {"op": "gt", "field": "id", "value": 0}):
        record: dict[str, Any] = {"id": float(item["id"])}
        own = {each["name"]: each["value"] for each in item.pop("userDefinedFields") if each["value"] is not None}
        for name, value in item.items():
            if value is None or name == "id":
                continue
            element = resource.entity[soap[name]]
            if element.form in ("time", "date"):
                value = datetime.fromisoformat(value)
            record[soap[name]] = float(value) if isinstance(value, (int, float)) and element.form != "bool" else value
        found[item["id"]] = {**record, "UserDefinedFields": own}
    return found


# --- the two worlds ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def worlds() -> Iterator[tuple[Post, Post]]:
    pair = Post(data="demo:3"), Post(data="demo:3")
    for each in pair:
        each.world.checkpoint("begun")
    yield pair
    for each in pair:
        each.world.close()


@pytest.mark.rule("autotask.rest.written", "autotask.rest.query")
@settings(max_examples=EXAMPLES, deadline=None)
@given(script=st.lists(steps(), min_size=2, max_size=8))
def test_what_one_service_writes_both_read(worlds: tuple[Post, Post], script: list[Step]) -> None:
    first, second = worlds
    for each in worlds:
        each.world.restore("begun")
    rest = Rest(second)
    for begin in (TICKET, {**TICKET, "Title": "b"}):
        made = Step("create", "Ticket", begin, {}, 0, 0, 0)
        assert by_soap(first, made, None, 0, {}) is None
        assert by_rest(rest, made, None, 0) is None
    for step in script:
        for each in worlds:
            each.world.clock.advance(step.seconds * SECOND)
        records = soap_records(first, step.entity)
        tickets = sorted(records if step.entity == "Ticket" else soap_records(first, "Ticket"))
        mine = sorted(each for each, record in records.items() if step.entity == "Ticket" or "TicketID" in record)
        ticket = tickets[step.ticket % len(tickets)]
        if step.deed != "create" and not mine:
            continue
        id_ = None if step.deed == "create" else mine[step.which % len(mine)]
        merged: dict[str, Any] = {}
        if id_ is not None:
            record = records[id_]
            if step.entity != "Ticket":
                ticket = int(record["TicketID"])
            merged = {name: record[name] for name in VALUES[step.entity] if name in record and name != "CreateDate"}
            merged |= {name: _whole(value) for name, value in record.items() if _kept(step.entity, name)}
        said = by_soap(first, step, id_, ticket, merged), by_rest(rest, step, id_, ticket)
        assert (said[0] is None) == (said[1] is None), (step, said)
    for entity in VALUES:
        truth = soap_records(first, entity)
        assert soap_records(second, entity) == truth, entity
        assert rest_records(Rest(first), entity) == truth, entity
        assert rest_records(rest, entity) == truth, entity


def _kept(entity: str, name: str) -> bool:
    """Fields besides the drawn ones that an update has to send, or they would be cleared."""
    element = OF_ENTITY[entity].entity.get(name)
    return element is not None and not element.read_only("2021") and name not in ("id", "UserDefinedFields")


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value == int(value) else value
