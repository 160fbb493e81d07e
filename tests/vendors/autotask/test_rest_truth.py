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
    "Quote": {
        "Name": ("q", "Ä & <b>", None),
        "OpportunityID": (29692003, 5),
        "BillToLocationID": (29692101,),
        "ShipToLocationID": (29692102, None),
        "SoldToLocationID": (29692103,),
        "EffectiveDate": (TIMES[0],),
        "ExpirationDate": (TIMES[1],),
        "QuoteTemplateID": (2, 9, None),
    },
    "QuoteItem": {
        "Type": (1, 99),
        "Quantity": (3, 0.5),
        "IsOptional": (False, True),
        "UnitPrice": (33.33, 0.07, None),
        "UnitDiscount": (0, 1.25),
        "PercentageDiscount": (0, 10),
        "LineDiscount": (0, 5),
        "ProductID": (29682850, 5, None),
        "ServiceID": (None, 12),
    },
    "PurchaseOrder": {
        "VendorID": (29689001, 29689002, 174),
        "Status": (1, 2, 3, 5),
        "ShipToName": ("Warehouse", None),
        "ShipToAddress1": ("1 Capitol Sq",),
        "Freight": (12.34, None),
        "GeneralMemo": ("m", "one\ntwo", None),
    },
    "PurchaseOrderItem": {
        "ProductID": (29682852, 29682850, None),
        "InventoryLocationID": (29695801, 29695802),
        "Quantity": (5, 2, 0),
        "UnitCost": (72.55, 0.1),
        "EstimatedArrivalDate": (datetime(2026, 3, 8, tzinfo=UTC), None),
    },
    "PurchaseOrderReceive": {"QuantityNowReceiving": (1, 2, -1, 0)},
    "Currency": {"ExchangeRate": (1.23456, 0.5, 0, 1.123456)},
}
UDFS: Mapping[str, tuple[str | None, ...]] = {
    "Locate Ref": ("L-1", "é", None),
    "Utility": ("G", "Gas", None),
    "Depth & Width": ("1.5", "deep", None),
}
PARENTS: Mapping[str, tuple[str, str]] = {
    "TicketNote": ("Ticket", "TicketID"),
    "TicketCost": ("Ticket", "TicketID"),
    "TimeEntry": ("Ticket", "TicketID"),
    "QuoteItem": ("Quote", "QuoteID"),
    "PurchaseOrderItem": ("PurchaseOrder", "OrderID"),
    "PurchaseOrderReceive": ("PurchaseOrderItem", "PurchaseOrderItemID"),
}
"""What a record belongs to, and by which field."""
COLLECTIONS = {
    "TicketNote": "Tickets/{}/Notes",
    "TicketCost": "Tickets/{}/Charges",
    "QuoteItem": "Quotes/{}/Items",
    "PurchaseOrderItem": "PurchaseOrders/{}/Items",
    "PurchaseOrderReceive": "PurchaseOrderItems/{}/Receiving",
}
DAYS = frozenset({"DateWorked", "DatePurchased", "EstimatedArrivalDate", "LatestEstimatedArrivalDate"})
SERVICE_DESK = ("Ticket", "Ticket", "TicketNote", "TicketCost", "TimeEntry")
SALES = ("QuoteItem", "QuoteItem", "PurchaseOrder", "PurchaseOrderItem", "PurchaseOrderReceive", "Currency", "Quote")
READ_TOO = ("InventoryItem", "Opportunity")
"""What sales write to without being told."""


@dataclass(frozen=True)
class Step:
    """One write: `parent` and `which` choose among what there is, by place."""

    deed: str
    entity: str
    fields: Mapping[str, Any]
    udfs: Mapping[str, str | None]
    parent: int
    which: int
    seconds: int


@st.composite
def steps(draw: st.DrawFn, entities: tuple[str, ...]) -> Step:
    entity = draw(st.sampled_from(entities))
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


def by_soap(post: Post, step: Step, id_: int | None, parent: int, merged: Mapping[str, Any]) -> str | None:
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
        if step.entity in PARENTS:
            fields[PARENTS[step.entity][1]] = parent
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


def by_rest(rest: Rest, step: Step, id_: int | None, parent: int) -> str | None:
    """Write by REST; None when it went well, else the first error."""
    resource = OF_ENTITY[step.entity]
    path = resource.name
    if step.entity in COLLECTIONS:
        path = COLLECTIONS[step.entity].format(parent)
    if step.deed == "delete":
        done = rest.send("DELETE", f"{path}/{id_}")
    else:
        body = {resource.named[name]: shown(name, value, UTC) for name, value in step.fields.items()}
        if step.entity == "TimeEntry":
            body["ticketID"] = parent
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
                record[name] = _read(entity, name, kind.rpartition(":")[2], text)
        found[int(each[0].text)] = record
    return found


def _read(entity: str, name: str, kind: str, text: str) -> Any:
    if name == "id" or kind in ("int", "long", "short", "double", "decimal", "float"):
        return float(text)
    if kind == "boolean":
        return text == "true"
    if kind == "dateTime":
        moment = datetime.fromisoformat(text)
        dated = OF_ENTITY[entity].entity[name].form == "date"
        return moment.replace(tzinfo=UTC if dated else EASTERN).astimezone(UTC)
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
@given(script=st.lists(steps(SERVICE_DESK), min_size=2, max_size=8))
def test_what_one_service_writes_both_read(worlds: tuple[Post, Post], script: list[Step]) -> None:
    for each in worlds:
        each.world.restore("begun")
    for begin in (TICKET, {**TICKET, "Title": "b"}):
        made = Step("create", "Ticket", begin, {}, 0, 0, 0)
        assert by_soap(worlds[0], made, None, 0, {}) is None
        assert by_rest(Rest(worlds[1]), made, None, 0) is None
    play(worlds, script)
    compare(worlds, sorted(set(SERVICE_DESK)))


@pytest.mark.rule("autotask.rest.written", "autotask.rest.query")
@settings(max_examples=EXAMPLES, deadline=None)
@given(script=st.lists(steps(SALES), min_size=3, max_size=10))
def test_sales_and_purchases_are_one_truth_too(worlds: tuple[Post, Post], script: list[Step]) -> None:
    for each in worlds:
        each.world.restore("begun")
    play(worlds, script)
    compare(worlds, sorted({*SALES, *READ_TOO}))


def play(worlds: tuple[Post, Post], script: list[Step]) -> None:
    """Write each step by one service in one world, by the other in the other: it goes well in both, or in neither."""
    first, second = worlds
    for step in script:
        for each in worlds:
            each.world.clock.advance(step.seconds * SECOND)
        records = soap_records(first, step.entity)
        above, field = PARENTS.get(step.entity, ("", ""))
        parents = sorted(soap_records(first, above)) if above else [0]
        mine = sorted(each for each, record in records.items() if not above or field in record)
        parent = parents[step.parent % len(parents)]
        if step.deed != "create" and not mine:
            continue
        id_ = None if step.deed == "create" else mine[step.which % len(mine)]
        merged: dict[str, Any] = {}
        if id_ is not None:
            record = records[id_]
            if above:
                parent = int(record[field])
            merged = {name: record[name] for name in VALUES[step.entity] if name in record and name != "CreateDate"}
            merged |= {name: _whole(value) for name, value in record.items() if _kept(step.entity, name)}
        said = by_soap(first, step, id_, parent, merged), by_rest(Rest(second), step, id_, parent)
        assert (said[0] is None) == (said[1] is None), (step, said)


def compare(worlds: tuple[Post, Post], entities: list[str]) -> None:
    """Both worlds hold the same, by both services."""
    first, second = worlds
    for entity in entities:
        truth = soap_records(first, entity)
        assert soap_records(second, entity) == truth, entity
        assert rest_records(Rest(first), entity) == truth, entity
        assert rest_records(Rest(second), entity) == truth, entity


def _kept(entity: str, name: str) -> bool:
    """Fields besides the drawn ones that an update has to send, or they would be cleared."""
    element = OF_ENTITY[entity].entity.get(name)
    return element is not None and not element.read_only("2021") and name not in ("id", "UserDefinedFields")


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value == int(value) else value
