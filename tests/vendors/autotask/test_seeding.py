"""What the recipes lay out: as many tickets as asked for, whole references, and what clients get wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from mockservers.kernel import instants
from mockservers.kernel.operations import Recipe
from mockservers.kernel.world import World, WorldConfig
from mockservers.vendors.autotask.emulator import EMULATOR, demo_tickets, model, picklists
from mockservers.vendors.autotask.emulator.entities import ENTITIES, FRACTIONS, Element, midnight, stored_time
from tests.vendors.autotask.post import START, Post, texts, where

_BIG = "demo:1234"


@pytest.fixture(scope="module")
def big() -> Post:
    return Post(data=_BIG)


@contextmanager
def database(post: Post) -> Iterator[sa.Connection]:
    with post.world.installation("autotask").store.transaction() as db:
        yield db


def fetch(post: Post, statement: sa.Select[Any]) -> list[Any]:
    with database(post) as db:
        return list(db.execute(statement))


def lists(post: Post, tenant: str, entity: str) -> Mapping[str, Any]:
    with database(post) as db:
        return picklists._lists(db, post.world.installation("autotask"), tenant, entity)


def definitions(post: Post, entity: str) -> tuple[Any, ...]:
    with database(post) as db:
        return model.definitions(db, "demo", entity)


def rows(post: Post, entity: str, tenant: str = "demo") -> list[dict[str, Any]]:
    table = model.TABLES[entity]
    found = fetch(post, sa.select(*model.wanted(entity)).where(table.c.tenant == tenant).order_by(table.c.id))
    return [dict(each._mapping) for each in found]


@pytest.mark.rule("autotask.query.top_500")
@pytest.mark.parametrize(
    ("data", "pages"), [("demo:1234", [500, 500, 234, 0]), ("demo:1000", [500, 500, 0]), ("demo:500", [500, 0])]
)
def test_pages_are_full_until_the_last(big: Post, data: str, pages: list[int]) -> None:
    post = big if data == _BIG else Post(data=data)
    sizes: list[int] = []
    ids: list[int] = []
    while not sizes or sizes[-1]:
        result = post.query("Ticket", where("id", "GreaterThan", ids[-1] if ids else 0))
        found = [int(each or 0) for each in texts(result, "EntityId")]
        sizes.append(len(found))
        ids += found
    assert sizes == pages
    assert ids == sorted(set(ids))


@pytest.mark.parametrize("count", [0, 1, 5, 14, 40])
def test_there_are_exactly_so_many_tickets(count: int) -> None:
    assert len(rows(Post(data=f"demo:{count}"), "Ticket")) == count


def test_empty_has_people_and_lists_but_no_account_but_the_own_company() -> None:
    post = Post(data="empty")
    full = {name for name in ENTITIES if rows(post, name)}
    assert {"Resource", "Role", "ResourceRoleQueue", "AllocationCode", "UserDefinedFieldDefinition"} <= full
    assert [row["id"] for row in rows(post, "Account")] == [0]
    assert not full & {"Contact", "Contract", "Project", "Ticket", "TicketNote", "TimeEntry", "Invoice"}
    assert len(rows(post, "Resource", "other-customer")) == len(rows(post, "Resource"))


_NEEDED = {
    "Account",
    "AccountNote",
    "AccountToDo",
    "AllocationCode",
    "AttachmentInfo",
    "BillingItem",
    "Contact",
    "Contract",
    "ContractNote",
    "ContractService",
    "InstalledProduct",
    "Invoice",
    "Phase",
    "Product",
    "Project",
    "ProjectCost",
    "ProjectNote",
    "Resource",
    "ResourceRole",
    "Role",
    "ServiceCall",
    "ServiceCallTicket",
    "Task",
    "TaskNote",
    "Ticket",
    "TicketChecklistItem",
    "TicketCost",
    "TicketNote",
    "TicketSecondaryResource",
    "TimeEntry",
    "UserDefinedFieldDefinition",
    "UserDefinedFieldListItem",
}


def test_all_kinds_of_records_are_there(big: Post) -> None:
    assert not [name for name in sorted(_NEEDED) if not rows(big, name)]


@pytest.mark.parametrize("data", ["demo:20", _BIG])
def test_every_reference_leads_somewhere_in_the_same_customer(big: Post, data: str) -> None:
    post = big if data == _BIG else Post(data=data)
    for entity in ENTITIES.values():
        table = model.TABLES[entity.name]
        for element in entity.elements:
            if element.field.reference not in ENTITIES:
                continue
            there = model.TABLES[element.field.reference].alias()
            column = table.c[element.name]
            key = sa.cast(column, sa.BigInteger) if element.form == "text" else column
            lost = (
                sa.select(table.c.id)
                .where(column.is_not(None))
                .where(~sa.exists().where(there.c.tenant == table.c.tenant, there.c.id == key))
            )
            assert fetch(post, lost) == [], f"{entity.name}.{element.name}"


def _fits(element: Element, value: Any) -> bool:
    if value is None:
        return True
    if element.form == "text":
        return isinstance(value, str) and len(value) <= (element.field.length or len(value)) and value != ""
    if element.form == "bool":
        return isinstance(value, bool)
    if element.form == "time":
        return stored_time(value) == value
    if element.form == "date":
        return midnight(value) == value
    if element.form in FRACTIONS:
        return isinstance(value, float)
    return isinstance(value, int) and abs(value) < (2**15 if element.form == "short" else 2**63)


@pytest.mark.parametrize("tenant", ["demo", "other-customer"])
def test_every_value_is_one_that_its_field_takes(big: Post, tenant: str) -> None:
    for entity in ENTITIES.values():
        known = lists(big, tenant, entity.name)
        for row in rows(big, entity.name, tenant):
            for element in entity.elements:
                value = row[element.name]
                assert _fits(element, value), f"{entity.name}.{element.name} = {value!r}"
                if element.name in known and value is not None:
                    values = {each.value for each in known[element.name]}
                    assert str(value) in values, f"{entity.name}.{element.name} = {value!r}, not of {values}"


def test_a_child_value_stands_under_its_parent(big: Post) -> None:
    parents = {each.value: each.parent for each in lists(big, "demo", "Ticket")["SubIssueType"]}
    found = [(row["SubIssueType"], row["IssueType"]) for row in rows(big, "Ticket") if row["SubIssueType"] is not None]
    assert found
    assert all(parents[str(child)] == str(parent) for child, parent in found)


def test_activity_is_not_later_than_the_ticket_says(big: Post) -> None:
    last = {row["id"]: row["LastActivityDate"] for row in rows(big, "Ticket")}
    for entity, date in (("TicketNote", "LastActivityDate"), ("TimeEntry", "LastModifiedDateTime")):
        assert all(row[date] <= last[row["TicketID"]] for row in rows(big, entity) if row["TicketID"] is not None)
    now = instants.from_iso(START)
    assert max(last.values()) <= now
    assert any(now - instants.DAY < each for each in last.values())


def test_assignments_are_of_linked_roles_and_queues(big: Post) -> None:
    links = {(each["ResourceID"], each["RoleID"], each["QueueID"]) for each in rows(big, "ResourceRole")}
    assigned = [row for row in rows(big, "Ticket") if row["AssignedResourceID"] is not None]
    assert assigned
    assert all((r["AssignedResourceID"], r["AssignedResourceRoleID"], r["QueueID"]) in links for r in assigned)
    primary = {row["id"]: row["AssignedResourceID"] for row in assigned}
    assert all(primary.get(each["TicketID"]) != each["ResourceID"] for each in rows(big, "TicketSecondaryResource"))


# --- what clients get wrong -------------------------------------------------------------------------------------------


def special(post: Post, title: str) -> list[dict[str, Any]]:
    return [row for row in rows(post, "Ticket") if row["Title"].startswith(title)]


def test_the_special_tickets_are_there(big: Post) -> None:
    assert len({row["LastActivityDate"] for row in special(big, "Same second")}) == 1
    assert len(special(big, "Same second")) == 5
    full = special(big, "Every field")[0]
    empty = [each.name for each in ENTITIES["Ticket"].elements if full[each.name] is None]
    assert set(empty) == {"OpportunityId", "ContractServiceBundleID", "CompletedDate", "CompletedByResourceID"}
    assert special(big, 'Ampersand & <angle> "quotes"')
    assert special(big, "No user-defined value")[0]["udf"] == "{}"
    known = definitions(big, "Ticket")
    assert any(each.protected for each in known)
    assert any(each.required for each in known)
    assert {each.form for each in known} == {"text", "list", "date", "number"}
    assert all(f'"{each.id}"' in special(big, "All user-defined")[0]["udf"] for each in known)


def test_times_lie_on_both_sides_of_both_changes_of_clocks(big: Post) -> None:
    wall = texts(big.query("Ticket", where("Title", "BeginsWith", "Clock change")), "CreateDate")
    assert wall[:4] == ["2025-03-09T01:30:00", "2025-03-09T03:00:00", "2025-03-09T03:30:00", "2025-03-09T04:30:00"]
    assert wall[4:] == ["2025-11-02T01:30:00", "2025-11-02T01:00:00", "2025-11-02T01:30:00", "2025-11-02T02:30:00"]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-12-24T00:00:00Z", ("2026-03-08T07:00:00Z", "2026-11-01T06:00:00Z")),
        ("2026-03-08T12:00:00Z", ("2025-03-09T07:00:00Z", "2025-11-02T06:00:00Z")),
        ("2021-06-01T00:00:00Z", ("2021-03-14T07:00:00Z", "2020-11-01T06:00:00Z")),
    ],
)
def test_changes_of_clocks(now: str, expected: tuple[str, str]) -> None:
    assert tuple(map(instants.to_iso, demo_tickets.clock_changes(instants.from_iso(now)))) == expected


@pytest.mark.rule("autotask.ticket.number")
def test_ticket_numbers_are_days_and_counters_and_go_on(big: Post) -> None:
    numbers = [row["TicketNumber"] for row in rows(big, "Ticket")]
    assert len(set(numbers)) == len(numbers)
    made = big.world.act("autotask", "create", {})["fields"]["TicketNumber"]
    assert made.startswith("T20260302.")
    assert made not in numbers


def test_the_two_customers_number_priorities_differently(big: Post) -> None:
    mine = {row["Priority"] for row in rows(big, "Ticket")}
    theirs = {row["Priority"] for row in rows(big, "Ticket", "other-customer")}
    assert mine
    assert theirs
    assert not mine & theirs


def test_same_seed_same_data_other_seed_other_data() -> None:
    def fragments(seed: int) -> list[str]:
        config = WorldConfig(
            seed=seed, mode="frozen", start=instants.from_iso(START), data={"autotask": Recipe.parse("demo:50")}
        )
        world = World("w", config, lambda name: EMULATOR)
        with world.installation("autotask").store.transaction() as db:
            found = db.execute(sa.select(model.TABLES["Ticket"].c.fragment)).scalars().all()
        world.close()
        return [str(each) for each in found]

    assert fragments(1) == fragments(1)
    assert fragments(1) != fragments(2)


@pytest.mark.parametrize("start", ["1100-01-02T00:00:00Z", "1970-01-01T00:00:00Z", "9899-12-31T00:00:00Z"])
def test_a_world_can_be_born_at_any_time(start: str) -> None:
    post = Post(data="demo:30", start=start)
    assert len(rows(post, "Ticket")) == 30


@pytest.mark.rule("autotask.wire.datetime")
def test_dates_that_people_entered_are_midnight_on_the_wire(big: Post) -> None:
    for entity, names in (
        ("Project", ("StartDateTime", "EndDateTime")),
        ("Task", ("StartDateTime", "EndDateTime")),
        ("Phase", ("StartDate", "DueDate")),
        ("Invoice", ("FromDate", "ToDate", "DueDate")),
        ("InstalledProduct", ("InstallDate",)),
    ):
        result = big.query(entity)
        shown = [text or "" for name in names for text in texts(result, name)]
        assert shown, entity
        assert {text[10:] for text in shown} == {"T00:00:00"}, entity
