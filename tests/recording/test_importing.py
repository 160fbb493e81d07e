"""Records taken over as they stand elsewhere: what was told is what is kept, and nothing half is."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers import registry
from mockservers.kernel.operations import Recipe
from mockservers.kernel.rules import Misuse
from mockservers.kernel.world import World, WorldConfig
from tests.recording.conftest import START

ENTITIES = {
    "get_tickets": "ticket",
    "querydata": "Ticket",
    "autotask": "Ticket",
    "trackit": "ticket",
    "superoffice": "ticket",
}
VENDORS = [each for each in registry.names() if "import" in registry.emulator(each).admin_operations]


def world(vendor: str, data: str) -> World:
    return World("here", WorldConfig(mode="frozen", start=START, data={vendor: Recipe.parse(data)}), registry.emulator)


def truth(where: World, vendor: str) -> list[Any]:
    found: list[Any] = where.act(vendor, "list", {"most": 1000})["records"]
    return found


def comparable(vendor: str, records: list[Any]) -> list[Any]:
    """Without what a record's fields do not tell: who was known besides, and the vendor's own text of it."""
    untold = {"superoffice": {"ContactId"}, "autotask": {"UserDefinedFields"}}.get(vendor, set())
    return [filled({n: v for n, v in each["fields"].items() if n not in untold}) for each in records]


def filled(value: Any) -> Any:
    """Without what is empty, which on the wire is the same as absent."""
    if not isinstance(value, dict):
        return value
    return {name: filled(each) for name, each in value.items() if each not in (None, "", {})}


@pytest.mark.parametrize("vendor", VENDORS)
def test_an_empty_installation_becomes_the_other_one(vendor: str) -> None:
    there, here = world(vendor, "demo:20"), world(vendor, "empty")
    records = truth(there, vendor)
    told = [{"id": each["id"], "fields": given(vendor, each["fields"])} for each in records]
    request = {"entity": ENTITIES[vendor], "records": told, "clear": True}
    assert here.act(vendor, "import", request) == {"imported": len(records)}
    assert comparable(vendor, truth(here, vendor)) == comparable(vendor, records)
    again = here.act(vendor, "import", {**request, "clear": False})
    assert again == {"imported": len(records)}
    assert [each["id"] for each in truth(here, vendor)] == [each["id"] for each in records]
    here.act(vendor, "import", {"entity": ENTITIES[vendor], "records": [], "clear": True})
    assert truth(here, vendor) == []
    there.close()
    here.close()


def given(vendor: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields as an adapter gives them."""
    if vendor == "autotask":
        return {name: value for name, value in fields.items() if value is not None and name != "UserDefinedFields"}
    return {
        name: value
        for name, value in fields.items()
        if (name, vendor) not in {("tid", "get_tickets"), ("1", "trackit")}
    }


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize(
    "wrong",
    [
        {"records": "all"},
        {"records": [3]},
        {"records": [{"id": "x", "fields": {}}]},
        {"records": [{"id": "7"}]},
        {"records": [], "surprise": 1},
    ],
)
def test_what_cannot_be_taken_over_changes_nothing(vendor: str, wrong: dict[str, Any]) -> None:
    here = world(vendor, "demo:5")
    before = truth(here, vendor)
    with pytest.raises(Misuse):
        here.act(vendor, "import", {"clear": True, **wrong})
    assert truth(here, vendor) == before
    here.close()
