"""A client that asks for what was active since its last run finds what other people did by themselves."""

from __future__ import annotations

from typing import Any

import pytest

from mockservers.kernel.instants import HOUR
from mockservers.kernel.rules import Misuse
from tests.lived import lived, quicken
from tests.vendors.autotask.asking import Desk, where


def test_an_incremental_read_finds_what_happened_since() -> None:
    desk = Desk("demo:60")
    quicken(desk.world)

    def since(entity: str, field: str) -> list[int]:
        return [int(each["id"]) for each in desk.found(entity, where(field, "GreaterThan", "2026-03-02T10:00:00"))]

    assert since("Ticket", "LastActivityDate") == []
    desk.world.clock.advance(4 * HOUR)
    active, new = since("Ticket", "LastActivityDate"), since("Ticket", "CreateDate")
    assert len(new) > 5
    assert set(new) < set(active)
    assert since("TicketNote", "LastActivityDate")
    assert since("Account", "LastActivityDate")


def test_nobody_becomes_the_primary_resource_of_what_he_is_a_secondary_one_of() -> None:
    with lived("autotask", 4, seed=5, data="demo:300") as world:

        def fields(entity: str) -> list[dict[str, Any]]:
            return [
                {**each["fields"], "id": each["id"]}
                for each in world.act("autotask", "list", {"entity": entity, "most": 10_000})["records"]
            ]

        primary = {int(each["id"]): each["AssignedResourceID"] for each in fields("Ticket")}
        second = fields("TicketSecondaryResource")
        assert [each for each in second if primary[each["TicketID"]] == each["ResourceID"]] == []
        ticket, to = str(second[0]["TicketID"]), second[0]["ResourceID"]
        for request in ({"action": "assign", "to": to}, {"action": "update", "fields": {"AssignedResourceID": to}}):
            with pytest.raises(Misuse, match="a secondary resource of Ticket"):
                world.act("autotask", "act", {"id": ticket, **request})
        task = next(each["id"] for each in fields("Task") if each["AssignedResourceID"] != to)
        world.act(
            "autotask", "create", {"entity": "TaskSecondaryResource", "fields": {"TaskID": int(task), "ResourceID": to}}
        )
        with pytest.raises(Misuse, match="a secondary resource of Task"):
            world.act("autotask", "act", {"entity": "Task", "id": task, "action": "assign", "to": to})
