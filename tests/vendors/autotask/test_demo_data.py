"""Demo data obey the vendor's own rules: a table of relations, each looked at in every row of two worlds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import pytest
import sqlalchemy as sa

from mockservers.kernel import instants
from mockservers.kernel.instants import HOUR
from mockservers.kernel.operations import Recipe
from mockservers.kernel.world import World, WorldConfig
from mockservers.vendors.autotask.emulator import EMULATOR, activity, choices, model, renderings
from mockservers.vendors.autotask.emulator.currencies import AMOUNTS
from mockservers.vendors.autotask.emulator.entities import ENTITIES, SCALE
from tests import large
from tests.vendors.autotask.asking import Desk, Failed, sent, where

START = "2026-03-02T10:00:00Z"
Row = Mapping[str, Any]
TENANTS = {"demo": "first", "other-customer": "second"}
NAMED = (
    "Account",
    "AccountNote",
    "AccountToDo",
    "AllocationCode",
    "Contact",
    "ContractCost",
    "ContractNote",
    "Currency",
    "InventoryItem",
    "Invoice",
    "Opportunity",
    "Phase",
    "Project",
    "ProjectCost",
    "ProjectNote",
    "PurchaseOrder",
    "PurchaseOrderItem",
    "PurchaseOrderReceive",
    "Quote",
    "QuoteItem",
    "QuoteLocation",
    "QuoteTemplate",
    "SalesOrder",
    "Service",
    "ServiceBundle",
    "ServiceCall",
    "Task",
    "TaskNote",
    "Tax",
    "Ticket",
    "TicketCost",
    "TicketHistory",
    "TicketNote",
    "TimeEntry",
    "UserDefinedFieldDefinition",
    "UserDefinedFieldListItem",
)
"""Entities that the page names or speaks of."""
_MAKES = ("CreateDate", "CreateDateTime", "AttachDate")
_MOVES = (
    *activity.MOVED,
    "LastModifiedDate",
    "LastModifiedDateTime",
    "LastModifiedTime",
    "LastTrackedModificationDateTime",
    "StatusLastModifiedDate",
    "CompletedDate",
    "CompletedDateTime",
    "SubmitDateTime",
    "ClosedDate",
)
_PAIRS = (
    ("StartDateTime", "EndDateTime"),
    ("StartDate", "EndDate"),
    ("StartDate", "DueDate"),
    ("FromDate", "ToDate"),
    ("EffectiveDate", "ExpirationDate"),
    ("SalesOrderDate", "PromisedDueDate"),
    ("InvoiceDateTime", "DueDate"),
    ("CreateDate", "DueDateTime"),
)


class Data:
    """All rows of a world by customer and entity."""

    def __init__(self, recipe: str, seed: int) -> None:
        config = WorldConfig(
            seed=seed, mode="frozen", start=instants.from_iso(START), data={"autotask": Recipe.parse(recipe)}
        )
        world = World("w", config, lambda name: EMULATOR)
        self.born = config.start or 0
        self.rows: dict[str, dict[str, dict[int, Row]]] = {}
        with world.installation("autotask").store.transaction() as db:
            for tenant in TENANTS:
                self.rows[tenant] = {
                    name: {
                        each.id: dict(each._mapping)
                        for each in db.execute(
                            sa.select(*model.wanted(name), model.TABLES[name].c.fragment).where(
                                model.TABLES[name].c.tenant == tenant
                            )
                        )
                    }
                    for name in ENTITIES
                }
        world.close()

    def of(self, entity: str) -> Iterator[tuple[Row, dict[str, dict[int, Row]]]]:
        """Each row of an entity, and all that its customer has."""
        for known in self.rows.values():
            for row in known[entity].values():
                yield row, known


@pytest.fixture(scope="module", params=[("demo", 1), ("demo:60", 2), (large.DATA, 1)], ids=["demo", "demo:60", "large"])
def data(request: pytest.FixtureRequest) -> Data:
    with large.in_small(request.param[0]):
        return Data(*request.param)


def first(row: Row, names: tuple[str, ...]) -> int | None:
    return next((row[name] for name in names if row.get(name) is not None), None)


# --- what holds for every entity --------------------------------------------------------------------------------------


def test_nothing_changes_before_it_is_made_or_after_the_world_is_born(data: Data) -> None:
    """autotask.activity.moves: these times are of what happened."""
    wrong = []
    for name in ENTITIES:
        for row, _ in data.of(name):
            made = first(row, _MAKES)
            for field in (*_MAKES, *_MOVES):
                at = row.get(field)
                if at is not None and not (made or at) <= at <= data.born:
                    wrong.append((name, row["id"], field))
    assert not wrong


def test_ends_are_not_before_beginnings(data: Data) -> None:
    """autotask.contract.dates, and the same for whatever else has two ends."""
    wrong = [
        (name, row["id"], start)
        for name in ENTITIES
        for row, _ in data.of(name)
        for start, end in _PAIRS
        if row.get(start) is not None and row.get(end) is not None and row[start] > row[end]
    ]
    assert not wrong


def test_what_belongs_to_a_record_is_not_older_than_it_and_moves_its_activity(data: Data) -> None:
    """autotask.activity.moves and autotask.activity.breadth: the page's "any activity related to the entity"."""
    wrong = []
    for name, parents in activity.RELATED.items():
        for row, known in data.of(name):
            at, made = first(row, _MOVES) or first(row, _MAKES), first(row, _MAKES)
            for reference, parent in parents:
                above = known[parent].get(int(row[reference])) if row[reference] is not None else None
                if above is None:
                    assert row[reference] is None, (name, row["id"], reference)
                    continue
                moved, begun = first(above, activity.MOVED), first(above, _MAKES)
                if moved is not None and at is not None and at > moved:
                    wrong.append((name, row["id"], "moves", parent, above["id"]))
                if begun is not None and made is not None and made < begun:
                    wrong.append((name, row["id"], "older than", parent, above["id"]))
    assert not wrong[:10], len(wrong)


def test_references_lead_to_rows_of_the_same_customer_and_values_are_in_their_lists(data: Data) -> None:
    """autotask.write.reference and autotask.picklist.value."""
    wrong = []
    for tenant, part in TENANTS.items():
        known = data.rows[tenant]
        for name, entity in ENTITIES.items():
            lists = {
                each.name: {c.value: c for c in choices.of(name, each, choices.books()[part])}
                for each in entity.elements
                if each.field.picklist and each.form != "bool"
            }
            for row in known[name].values():
                for each in entity.elements:
                    value = row[each.name]
                    if value is None:
                        if each.field.required and not each.read_only("2021"):
                            wrong.append((name, row["id"], each.name, "required"))
                        continue
                    if each.field.reference in ENTITIES and int(value) not in known[each.field.reference]:
                        wrong.append((name, row["id"], each.name, value))
                    if each.name not in lists:
                        continue
                    choice = lists[each.name].get(str(value))
                    if choice is None:
                        wrong.append((name, row["id"], each.name, value))
                    elif choice.parent and each.parent and str(row[each.parent]) != choice.parent:
                        wrong.append((name, row["id"], each.name, "child of another value"))
    assert not wrong[:10], len(wrong)


def test_what_is_kept_rendered_is_what_the_row_holds(data: Data) -> None:
    """autotask.wire.order: pieces are made when rows are written, and rows may be touched before."""
    for name in ("Account", "Contact", "Project", "Task", "Phase"):
        for row, _ in data.of(name):
            if row["udf"] == "{}":
                assert row["fragment"] == renderings.entity(ENTITIES[name], row, {}, ()), (name, row["id"])


@pytest.mark.parametrize("entity", NAMED)
def test_the_demo_has_rows_of_what_the_page_names(data: Data, entity: str) -> None:
    if len(data.rows["demo"]["Ticket"]) > 1000:
        assert len(data.rows["demo"][entity]) >= 2


# --- single entities --------------------------------------------------------------------------------------------------


def completed(date: str) -> Callable[[Row, Mapping[str, Any]], bool]:
    return lambda row, known: (
        (row["Status"] == 5) == (row[date] is not None) == (row["CompletedByResourceID"] is not None)
    )


def near(one: float, other: float) -> bool:
    return abs(one - other) < 1e-6


def entry(row: Row, known: Mapping[str, Any]) -> bool:
    """Hours are those between start and end, at most 24; work begins after what it is for, on the day it names."""
    day = renderings.time(row["StartDateTime"], "America/New_York")[:10]
    for reference, parent, made in (("TicketID", "Ticket", "CreateDate"), ("TaskID", "Task", "CreateDateTime")):
        if row[reference] is not None and row["StartDateTime"] < known[parent][row[reference]][made]:
            return False
    return (
        0 < row["HoursWorked"] <= 24
        and near(row["HoursWorked"] * HOUR / 1e6, (row["EndDateTime"] - row["StartDateTime"]) / 1e6)
        and near(row["HoursToBill"], row["HoursWorked"] + row["OffsetHours"])
        and renderings.time(row["DateWorked"], "UTC")[:10] == day
        and row["Type"] == (2 if row["TicketID"] is not None else 6)
        and row["EndDateTime"] <= row["CreateDateTime"]
    )


def linked(row: Row, known: Mapping[str, Any]) -> bool:
    resource, role = row["AssignedResourceID"], row["AssignedResourceRoleID"]
    if resource is None or role is None:
        return resource is role
    links = known.setdefault(
        "links", {(each["ResourceID"], each["RoleID"]) for each in known["ResourceRoleQueue"].values()}
    )
    return (resource, role) in links


def of_account(*references: tuple[str, str]) -> Callable[[Row, Mapping[str, Any]], bool]:
    """What a record names belongs to the account that it names."""
    return lambda row, known: all(
        row[name] is None or known[entity][int(row[name])]["AccountID"] == row["AccountID"]
        for name, entity in references
    )


def amounts(row: Row, known: Mapping[str, Any]) -> bool:
    price = row["UnitPrice"] * row["UnitQuantity"] if row["BillableToAccount"] else 0.0
    return near(row["ExtendedCost"], row["UnitCost"] * row["UnitQuantity"]) and near(row["BillableAmount"], price)


def invoiced(row: Row, known: Mapping[str, Any]) -> bool:
    items = [each for each in known["BillingItem"].values() if each["InvoiceID"] == row["id"]]
    return near(row["InvoiceTotal"], sum(i["TotalAmount"] + i["TaxDollars"] for i in items)) and near(
        row["TotalTaxValue"], sum(i["TaxDollars"] for i in items)
    )


def running(row: Row, known: Mapping[str, Any]) -> bool:
    contract = known["Contract"].get(row["ContractID"] or -1)
    return contract is None or contract["StartDate"] <= row["CreateDate"] <= contract["EndDate"]


def quoted(row: Row, known: Mapping[str, Any]) -> bool:
    meant = {1: "ProductID", 11: "ServiceID", 12: "ServiceBundleID"}[row["Type"]]
    return [n for n in ("ProductID", "ServiceID", "ServiceBundleID", "CostID", "LaborID", "ExpenseID") if row[n]] == [
        meant
    ]


def discounted(row: Row, known: Mapping[str, Any]) -> bool:
    return sum(bool(row[name]) for name in ("UnitDiscount", "PercentageDiscount", "LineDiscount")) <= 1


def counted(row: Row, known: Mapping[str, Any]) -> int:
    """How many of an item of a purchase order were received."""
    receipts = known["PurchaseOrderReceive"].values()
    return sum(each["QuantityNowReceiving"] for each in receipts if each["PurchaseOrderItemID"] == row["id"])


def ordered(row: Row, known: Mapping[str, Any]) -> bool:
    """An order has come as far as its items, and its times say so."""
    items = [each for each in known["PurchaseOrderItem"].values() if each["OrderID"] == row["id"]]
    counts = [counted(each, known) for each in items]
    state = (
        4
        if all(c == i["Quantity"] for c, i in zip(counts, items, strict=True))
        else 3
        if any(counts)
        else row["Status"]
    )
    latest = max(
        (each["EstimatedArrivalDate"] for each in items if each["EstimatedArrivalDate"] is not None), default=None
    )
    return (
        row["Status"] == state
        and (row["SubmitDateTime"] is None) == (row["Status"] == 1)
        and row["LatestEstimatedArrivalDate"] == latest
    )


def arrived(row: Row, known: Mapping[str, Any]) -> bool:
    item = known["PurchaseOrderItem"][row["PurchaseOrderItemID"]]
    order = known["PurchaseOrder"][item["OrderID"]]
    total = row["QuantityPreviouslyReceived"] + row["QuantityNowReceiving"]
    return row["QuantityBackOrdered"] == item["Quantity"] - total >= 0 and row["ReceiveDate"] >= order["SubmitDateTime"]


def worth(row: Row, known: Mapping[str, Any]) -> float:
    """What one unit of the currency of the account is worth that a record of sales or a cost concerns."""
    owners = (("QuoteID", "Quote"), ("OrderID", "PurchaseOrder"), ("TicketID", "Ticket"), ("ProjectID", "Project"))
    for name, entity in (("AccountID", "Account"), ("VendorID", "Account"), *owners, ("ContractID", "Contract")):
        if row.get(name) is not None:
            above = known[entity][int(row[name])]
            if entity != "Account":
                return worth(above, known)
            currency = known["Currency"].get(above["CurrencyID"])
            return 1.0 if currency is None or currency["IsInternalCurrency"] else float(currency["ExchangeRate"])
    raise AssertionError(row)


def in_money(amount: Fraction) -> float:
    """An amount with four decimal places, a half of the last one rounded away from zero."""
    places = math.floor(abs(amount) * 10_000 + Fraction(1, 2))
    return math.copysign(places / 10_000, amount)


def hours(row: Row, known: Mapping[str, Any]) -> bool:
    worked = sum(
        each["HoursWorked"]
        for each in known["TimeEntry"].values()
        if each["TaskID"] is not None and known["Task"][each["TaskID"]]["ProjectID"] == row["id"]
    )
    return near(worked, row["ActualHours"])


RELATIONS: tuple[tuple[str, str, Callable[[Row, Mapping[str, Any]], bool]], ...] = (
    (
        "Ticket",
        "completed means a date and a person: autotask.picklist.value, Ticket.Status 5",
        completed("CompletedDate"),
    ),
    ("Task", "the same for tasks", completed("CompletedDateTime")),
    ("Ticket", "autotask.ticket.role: an assigned resource has a role, and both a queue", linked),
    (
        "Ticket",
        "contact, contract, place and device are the account's",
        of_account(
            ("ContactID", "Contact"),
            ("ContractID", "Contract"),
            ("AccountPhysicalLocationID", "AccountPhysicalLocation"),
            ("InstalledProductID", "InstalledProduct"),
        ),
    ),
    ("Ticket", "its contract is running when it is made", running),
    (
        "Ticket",
        "autotask.ticket.number: the day of creation",
        lambda r, k: (
            r["TicketNumber"][1:9] == renderings.time(r["CreateDate"], "America/New_York")[:10].replace("-", "")
        ),
    ),
    (
        "TicketNote",
        "a note is not before its ticket",
        lambda r, k: r["CreateDateTime"] >= k["Ticket"][r["TicketID"]]["CreateDate"],
    ),
    (
        "TicketSecondaryResource",
        "the primary resource is no secondary one",
        lambda r, k: k["Ticket"][r["TicketID"]]["AssignedResourceID"] != r["ResourceID"],
    ),
    (
        "TicketChecklistItem",
        "completed means a date and a person",
        lambda r, k: (
            bool(r["Completed"]) == (r["CompletedDateTime"] is not None) == (r["CompletedByResourceID"] is not None)
        ),
    ),
    (
        "TicketHistory",
        "history begins with the ticket",
        lambda r, k: r["Date"] >= k["Ticket"][r["TicketID"]]["CreateDate"],
    ),
    ("TimeEntry", "autotask.time.hours", entry),
    ("TicketCost", "amounts are price and quantity", amounts),
    ("ProjectCost", "amounts are price and quantity", amounts),
    ("ContractCost", "amounts are price and quantity", amounts),
    (
        "ServiceCall",
        "duration is end less start",
        lambda r, k: r["Duration"] * HOUR == (r["EndDateTime"] - r["StartDateTime"]) * SCALE,
    ),
    (
        "ServiceCallTicket",
        "call and ticket are of one account",
        lambda r, k: k["ServiceCall"][r["ServiceCallID"]]["AccountID"] == k["Ticket"][r["TicketID"]]["AccountID"],
    ),
    ("AccountNote", "its contact is the account's", of_account(("ContactID", "Contact"))),
    ("AccountToDo", "its contact is the account's", of_account(("ContactID", "Contact"))),
    ("Contract", "its contact is the account's", of_account(("ContactID", "Contact"))),
    (
        "Opportunity",
        "its contact is the account's; closed ones have a date",
        lambda r, k: of_account(("ContactID", "Contact"))(r, k) and (r["Status"] == 3) == (r["ClosedDate"] is not None),
    ),
    (
        "Quote",
        "contact and opportunity are the account's",
        of_account(("ContactID", "Contact"), ("OpportunityID", "Opportunity")),
    ),
    ("QuoteItem", "it names what its type says, and nothing else", quoted),
    (
        "SalesOrder",
        "opportunity and contact are the account's",
        of_account(("OpportunityID", "Opportunity"), ("Contact", "Contact")),
    ),
    ("PurchaseOrder", "orders go to vendors", lambda r, k: k["Account"][r["VendorID"]]["AccountType"] == 7),
    ("QuoteItem", "autotask.quote.one_discount", discounted),
    ("PurchaseOrder", "its state is that of its items", ordered),
    ("PurchaseOrderReceive", "autotask.purchase.receive: what is missing is worked out", arrived),
    ("Project", "hours are those worked on its tasks", hours),
    (
        "Project",
        "percentage is of its tasks",
        lambda r, k: (
            r["CompletedPercentage"]
            == 100
            * sum(t["Status"] == 5 for t in k["Task"].values() if t["ProjectID"] == r["id"])
            // sum(t["ProjectID"] == r["id"] for t in k["Task"].values())
        ),
    ),
    ("Task", "its phase is of its project", lambda r, k: k["Phase"][r["PhaseID"]]["ProjectID"] == r["ProjectID"]),
    ("Invoice", "totals are those of its items", invoiced),
    ("BillingItem", "an amount is rate and quantity", lambda r, k: near(r["TotalAmount"], r["Rate"] * r["Quantity"])),
    (
        "Currency",
        "the internal currency has the rate 1",
        lambda r, k: not r["IsInternalCurrency"] or r["ExchangeRate"] in (1.0, SCALE),
    ),
    (
        "Tax",
        "its region and category are active",
        lambda r, k: k["TaxRegion"][r["TaxRegionID"]]["Active"] and k["TaxCategory"][r["TaxCategoryID"]]["Active"],
    ),
    (
        "AttachmentInfo",
        "its parent is the one that its type says",
        lambda r, k: r["ParentID"] == (r["TicketID"] if r["ParentType"] == 4 else r["TicketNoteID"]),
    ),
)


@pytest.mark.parametrize("entity", [name for name in AMOUNTS if name != "ChangeOrderCost"])
def test_amounts_are_the_internal_ones_too(data: Data, entity: str) -> None:
    """autotask.currency.internal."""
    wrong = []
    for row, known in data.of(entity):
        rate = worth(row, known)
        for amount, kept in AMOUNTS[entity]:
            if row[amount] is None:
                assert row[kept] is None
            elif not near(row[kept], in_money(Fraction(repr(row[amount])) * Fraction(repr(rate)))):
                wrong.append((row["id"], kept))
    assert not wrong


@pytest.mark.parametrize(("entity", "says", "holds"), RELATIONS, ids=[f"{e}: {s}"[:60] for e, s, _ in RELATIONS])
def test_a_relation_between_fields(data: Data, entity: str, says: str, holds: Callable[..., bool]) -> None:
    assert not [(entity, row["id"], says) for row, known in data.of(entity) if not holds(row, known)]


# --- the customer -----------------------------------------------------------------------------------------------------


@pytest.mark.rule("autotask.account.own")
@pytest.mark.parametrize("recipe", ["empty", "demo:0", "demo:5"])
def test_every_customer_has_the_own_company(recipe: str) -> None:
    desk = Desk(recipe)
    own = desk.get("Account", 0)
    assert own["AccountName"] == "Head Office (own company)"
    assert desk.found("Account", where("id", "Equals", "0"), where("id", "GreaterThan", "0")) == []
    assert isinstance(desk.write("update", sent("Account", AccountName="None named")), Failed), "no id is not the id 0"
    desk.made("Ticket", AccountID=0, Title="For ourselves", Status=1, Priority=1)
