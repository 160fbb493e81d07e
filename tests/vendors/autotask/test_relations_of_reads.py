"""Whatever can be read in two ways is told alike: by SOAP and REST, in pages of any size, counted, and by its id.

Every entity that can be asked for is tried, so one that comes later is tried too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import pytest

from mockservers.vendors.autotask.emulator.rest.names import CHILDREN, OF_ENTITY, Resource
from tests.relations import Reading, Row
from tests.vendors.autotask.post import Post
from tests.vendors.autotask.rest import ALL, Rest
from tests.vendors.autotask.test_rest_truth import EASTERN, rest_records, soap_records

READABLE = sorted(name for name, each in OF_ENTITY.items() if each.entity.may("query"))
SOAP_TOO = frozenset(name for name in READABLE if "Webhook" not in name)
NEVER_EMPTY = (
    *("Ticket", "Account", "Contact", "Currency", "Opportunity"),
    *("Quote", "QuoteItem", "PurchaseOrder", "PurchaseOrderItem", "InventoryItem"),
)
"""What the demo has for sure: without a record no relation says anything."""


@pytest.fixture(scope="module")
def rest() -> Iterator[Rest]:
    made = Rest(Post({"threshold": "off", "thread_limit": "off"}, data="demo:25"))
    yield made
    made.post.world.close()


def everything(rest: Rest, path: str, **more: Any) -> list[Row]:
    rows: list[Row] = []
    address: str | None = path
    while address:
        told = rest.told("POST", address, {**ALL, **more})
        rows += told["items"]
        address = told["pageDetails"]["nextPageUrl"]
    return rows


def reading(rest: Rest, entity: str) -> Reading:
    resource: Resource = OF_ENTITY[entity]
    path = f"{resource.name}/query"
    above = next((each for each in CHILDREN.values() if each.resource is resource), None)
    others = {}
    if above is not None:
        field = resource.named[above.field.name]

        def of_parents() -> list[Row]:
            """What the collections of all records above hold."""
            named = sorted({row[field] for row in everything(rest, path) if row[field] is not None})
            collections = (f"{above.parent}/{number}/{above.name}" for number in named)
            return [row for each in collections for row in rest.told("GET", each)["items"]]

        others["in the collections of what it belongs to"] = of_parents
    return Reading(
        entity,
        key=lambda row: row["id"],
        everything=lambda: everything(rest, path),
        pages=lambda size: everything(rest, path, MaxRecords=size),
        count=lambda: int(rest.told("POST", f"{path}/count", ALL)["queryCount"]),
        one=lambda row: rest.item(f"{resource.name}/{row['id']}"),
        others=others,
    )


@pytest.mark.parametrize("entity", READABLE)
def test_all_ways_of_reading_tell_the_same(rest: Rest, entity: str) -> None:
    """autotask.rest.query, autotask.rest.pages."""
    assert reading(rest, entity).hold() or entity not in NEVER_EMPTY


def seen_by_both(records: Mapping[int, Mapping[str, Any]], entity: str) -> dict[int, dict[str, Any]]:
    """Records without what REST never had, and times as clocks of the SOAP service show them, which tell an hour twice."""
    known = {"id", "UserDefinedFields", *OF_ENTITY[entity].named}
    return {
        number: {
            name: value.astimezone(EASTERN).replace(tzinfo=None) if isinstance(value, datetime) else value
            for name, value in record.items()
            if name in known
        }
        for number, record in records.items()
    }


@pytest.mark.parametrize("entity", sorted(SOAP_TOO))
def test_both_services_tell_the_same(rest: Rest, entity: str) -> None:
    """autotask.rest.query."""
    soap, other = soap_records(rest.post, entity), rest_records(rest, entity)
    assert seen_by_both(soap, entity) == seen_by_both(other, entity)
