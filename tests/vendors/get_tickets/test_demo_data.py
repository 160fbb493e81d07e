"""Demo data obey the vendor's own rules: each documented relation between fields holds in every row, at first and later.

`Data` and `broken` take any world, so that one in which time has passed is looked at like a fresh one.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from mockservers.kernel import catalogue, instants
from mockservers.kernel.world import World
from mockservers.vendors.get_tickets.emulator.model import DIRECTORY
from mockservers.vendors.get_tickets.rules import RULES
from tests import large
from tests.lived import lived

Ticket = dict[str, Any]
FIELDS = [field.name for field in catalogue.load("get_tickets")["ticket"].fields]


@dataclass
class Data:
    """What one tenant has: tickets by number, who is who by kind, and what time it is."""

    tickets: dict[int, Ticket]
    directory: Mapping[str, dict[str, tuple[str, dict[str, Any]]]]
    custom: list[str]
    now: str

    @classmethod
    def of(cls, world: World, tenant: str) -> Data:
        installation = world.installation("get_tickets")
        listed = world.act("get_tickets", "list", {"most": 10_000}, tenant)["records"]
        directory: dict[str, dict[str, tuple[str, dict[str, Any]]]] = defaultdict(dict)
        for row in installation.store.db.execute(sa.select(DIRECTORY).where(DIRECTORY.c.tenant == tenant)):
            directory[row.kind][row.id] = (row.name, json.loads(row.facts))
        installation.store.db.rollback()
        tickets = {int(each["id"]): each["fields"] for each in listed}
        assert len(tickets) == len(listed)
        custom = list(installation.tenants[tenant].facts["custom_fields"])
        return cls(tickets, directory, custom, instants.to_iso(world.clock.now()))

    def names(self, kind: str, number: int) -> str:
        return self.directory[kind].get(str(number), ("", {}))[0]


Relation = Callable[[Data, Ticket], bool]


def _customer(data: Data, ticket: Ticket) -> bool:
    _, facts = data.directory["customer"].get(ticket["cid"], ("", {}))
    own = ("contact", "phone", "email", "company_id", "customer_group_id", "customer_group_name")
    return bool(facts) and all(ticket[name] == facts[name] for name in own)


def _updater(data: Data, ticket: Ticket) -> bool:
    technician = data.directory["technician"].get(ticket["updated_by"])
    if technician is not None:
        return bool(ticket["updater_type"] == technician[1]["type"])
    return ticket["updated_by"] in data.directory["customer"] and ticket["updater_type"] == "CUSTOMER"


def _children(ticket: Ticket) -> list[int]:
    return [int(each) for each in ticket["children_tickets"].split(",") if each]


def _family(data: Data, ticket: Ticket) -> bool:
    parent = ticket["parent_ticket"]
    if parent and (parent not in data.tickets or ticket["tid"] not in _children(data.tickets[parent])):
        return False
    return all(data.tickets.get(child, {}).get("parent_ticket") == ticket["tid"] for child in _children(ticket))


def _merged(data: Data, ticket: Ticket) -> bool:
    if ticket["merged"] == "N":
        return ticket["merged_to"] is None
    into = data.tickets.get(ticket["merged_to"])
    return into is not None and into["tid"] != ticket["tid"] and ticket["status"] == "Closed"


def _list(pattern: str, *names: str) -> Relation:
    compiled = re.compile(f"(?:{pattern}(?:,{pattern})*)?")
    return lambda _, ticket: all(compiled.fullmatch(ticket[name]) for name in names)


RELATIONS: dict[str, tuple[str, Relation]] = {
    "all 38 outputs are there, and tid is the ticket's number": (
        "get_tickets.field.all",
        lambda data, ticket: list(ticket) == FIELDS and data.tickets[ticket["tid"]] is ticket,
    ),
    "cid, contact, phone, email, company and group are those of one customer": (
        "get_tickets.field.customer",
        _customer,
    ),
    "one company_id has one company_name": (
        "get_tickets.field.customer",
        lambda data, ticket: ticket["company_name"] == data.names("company", ticket["company_id"]) != "",
    ),
    "one customer group's id has one name": (
        "get_tickets.field.customer",
        lambda data, ticket: ticket["customer_group_name"] == data.names("customer_group", ticket["customer_group_id"]),
    ),
    "cc_addresses are addresses with commas": (
        "get_tickets.field.cc_addresses",
        _list(r"[^\s,@]+@[^\s,@]+", "cc_addresses"),
    ),
    "date_closed stands exactly in closed tickets": (
        "get_tickets.field.date_closed",
        lambda _, ticket: (ticket["status"] == "Closed") == (ticket["date_closed"] is not None),
    ),
    "a ticket is opened before it is closed": (
        "get_tickets.field.date_closed",
        lambda _, ticket: ticket["date_closed"] is None or ticket["date_opened"] <= ticket["date_closed"],
    ),
    "last_updated is no earlier than opening and closing, and no later than now": (
        "get_tickets.field.last_updated",
        lambda data, ticket: (
            max(ticket["date_opened"], ticket["date_closed"] or "") <= ticket["last_updated"] <= data.now
        ),
    ),
    "updated_by is a technician or customer, and updater_type says which": ("get_tickets.field.updater_type", _updater),
    "updater_type, locked and merged have the words of the page": (
        "get_tickets.field.updater_type",
        lambda _, ticket: (
            ticket["updater_type"] in ("CUSTOMER", "TECH", "ADMIN")
            and {ticket["locked"], ticket["merged"]} <= {"N", "Y"}
        ),
    ),
    "opened_by is a technician, a customer or the word of a channel": (
        "get_tickets.field.opened_by",
        lambda data, ticket: (
            ticket["opened_by"] in ("WEBSITE", *data.directory["technician"], *data.directory["customer"])
        ),
    ),
    "a customer opens his own tickets": (
        "get_tickets.field.opened_by",
        lambda data, ticket: (
            ticket["opened_by"] not in data.directory["customer"] or ticket["opened_by"] == ticket["cid"]
        ),
    ),
    "assigned_tech is a technician or nobody": (
        "get_tickets.field.assigned",
        lambda data, ticket: ticket["assigned_tech"] in ("", *data.directory["technician"]),
    ),
    "assigned_group_id and _name belong together": (
        "get_tickets.field.assigned",
        lambda data, ticket: ticket["assigned_group_name"] == data.names("tech_group", ticket["assigned_group_id"]),
    ),
    "locked_by is the technician who holds the lock": (
        "get_tickets.field.lock",
        lambda data, ticket: (
            ticket["locked_by"] in data.directory["technician"]
            if ticket["locked"] == "Y"
            else ticket["locked_by"] == ""
        ),
    ),
    "merged_to is the number of another ticket, and the merged one is closed": ("get_tickets.field.merge", _merged),
    "parent_ticket and children_tickets mirror each other": ("get_tickets.field.family", _family),
    "lists are ids with commas": (
        "get_tickets.field.lists",
        _list(r"\d+", "linked_asset", "linked_calls", "linked_devices", "children_tickets"),
    ),
    "custom fields are those that are defined": (
        "get_tickets.field.custom",
        lambda data, ticket: set(ticket["custom_fields"]) <= set(data.custom),
    ),
    "times are whole seconds": (
        "get_tickets.date.zone",
        lambda _, ticket: all(
            "." not in (ticket[name] or "") for name in ("date_opened", "date_closed", "last_updated")
        ),
    ),
}
"""What holds between fields, in words; the rule it follows from, and whether a ticket obeys it."""


def broken(data: Data) -> list[str]:
    """Which tickets break which relation."""
    return [
        f"ticket {tid}: {words} ({rule})"
        for tid, ticket in data.tickets.items()
        for words, (rule, holds) in RELATIONS.items()
        if not holds(data, ticket)
    ]


def test_every_relation_follows_from_a_rule() -> None:
    assert not {rule for rule, _ in RELATIONS.values()} - {rule.id for rule in RULES.values()}


@pytest.mark.parametrize("seed", [1, 77])
@pytest.mark.parametrize("data", ["demo", "demo:1000", large.DATA])
def test_every_row_of_the_demo_obeys_the_vendors_rules(make_desk: Any, data: str, seed: int) -> None:
    with large.in_small(data):
        desk = make_desk(data, seed=seed)
    assert broken(Data.of(desk.world, "demo")) == []
    assert broken(Data.of(desk.world, "other-customer")) == []
    desk.world.close()


def test_they_do_so_after_ten_days_of_life() -> None:
    with lived("get_tickets", 10, data="demo:100") as world:
        data = Data.of(world, "demo")
        assert broken(data) == []
        assert len(data.tickets) > 150
        assert {ticket["locked"] for ticket in data.tickets.values()} == {"N", "Y"}
        still_open = [ticket for ticket in data.tickets.values() if ticket["status"] != "Closed"]
        assert 40 < len(still_open) < len(data.tickets) - 40, "the desk runs neither full nor empty"
