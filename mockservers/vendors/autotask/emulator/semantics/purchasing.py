"""Purchase orders: their steps, their items, and what happens when items are received.

An order is written, submitted to its vendor, and received item by item; what is received is on hand in the inventory. Numbers
of states are this project's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import sqlalchemy as sa

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Misuse, Unsupported
from mockservers.vendors.autotask.emulator import model
from mockservers.vendors.autotask.emulator.entities import ENTITIES, INT, Entity
from mockservers.vendors.autotask.emulator.limits import INVENTED
from mockservers.vendors.autotask.emulator.model import TABLES, Row
from mockservers.vendors.autotask.emulator.semantics.checks import Record

NEW, SUBMITTED, PARTIAL, FULL, CANCELED = range(1, 6)
"""Values of PurchaseOrder.Status (the numbers are our choice)."""
_NAMES = {NEW: "New", SUBMITTED: "Submitted", PARTIAL: "Received Partial", FULL: "Received Full", CANCELED: "Canceled"}
_STEPS: Mapping[int | None, frozenset[int]] = {
    None: frozenset({NEW}),
    NEW: frozenset({SUBMITTED, CANCELED}),
    SUBMITTED: frozenset({NEW, CANCELED}),
}
"""Where a client may move an order; the two states of receiving come from receiving alone."""
VENDOR_ACCOUNT, TO_ORDER = 7, 2
"""Account.AccountType of vendors; the state of a cost that waits to be ordered."""
_COSTS = (("TicketCost", "TicketID"), ("ProjectCost", "ProjectID"), ("ContractCost", "ContractID"))

_ORDERS, _ITEMS, _RECEIPTS, _STOCK = (
    TABLES[name].c for name in ("PurchaseOrder", "PurchaseOrderItem", "PurchaseOrderReceive", "InventoryItem")
)
_RECEIVED = sa.select(sa.func.coalesce(sa.func.sum(_RECEIPTS.QuantityNowReceiving), 0)).where(
    _RECEIPTS.tenant == sa.bindparam("tenant"), _RECEIPTS.PurchaseOrderItemID == sa.bindparam("item")
)
_OF_ORDER = sa.select(_ITEMS.id, _ITEMS.Quantity, _ITEMS.EstimatedArrivalDate).where(
    _ITEMS.tenant == sa.bindparam("tenant"), _ITEMS.OrderID == sa.bindparam("order")
)
_ON_HAND = (
    sa.select(_STOCK.id, _STOCK.QuantityOnHand)
    .where(_STOCK.tenant == sa.bindparam("tenant"), _STOCK.ProductID == sa.bindparam("product"))
    .where(_STOCK.InventoryLocationID == sa.bindparam("location"))
    .order_by(_STOCK.id)
    .limit(1)
)
_COUNT = sa.select(sa.func.count()).where(_ORDERS.tenant == sa.bindparam("tenant"))


class Author(Protocol):
    """Whoever writes."""

    ctx: Context
    creator: int

    @property
    def now(self) -> int: ...

    def create(self, entity: Entity, values: Mapping[str, Any], udf: Mapping[str, str]) -> Row: ...

    def change(self, entity: Entity, before: Row, values: Mapping[str, Any]) -> Row: ...


def _tenant(ctx: Context) -> str:
    assert ctx.tenant is not None
    return ctx.tenant.name


def _read(ctx: Context, entity: str, id_: Any) -> Row | None:
    found = None if id_ is None else model.read(ctx.db, _tenant(ctx), entity, int(id_))
    return None if found is None else found[0]


# --- what a client may write ------------------------------------------------------------------------------------------


def order(record: Record, row: Row, author: int) -> None:
    """Orders go to vendors, and take one step after the other."""
    ctx = record.call.ctx
    if record.creating:
        vendor = _read(ctx, "Account", row["VendorID"])
        if vendor is None or vendor["AccountType"] != VENDOR_ACCOUNT:
            record.fail_in_pair("autotask.purchase.vendor", f"VendorID must be an account of type Vendor.{INVENTED}")
    was = None if record.before is None else record.before["Status"]
    if row["Status"] == was or ctx.dialect["purchase_status"] == "free":
        return
    ctx.cite("autotask.purchase.status")
    possible = _STEPS.get(was, frozenset())
    if row["Status"] not in possible:
        begins = "begins" if was is None else f"that is {_NAMES.get(was, was)} can become"
        told = " or ".join(_NAMES[each] for each in sorted(possible)) or "nothing else"
        record.fail_in_pair(
            "autotask.purchase.status",
            f"A purchase order {begins} {told}, not {_NAMES.get(row['Status'], row['Status'])}.{INVENTED}",
        )


_STOCKED = ("ProductID", "InventoryLocationID")
"""Of what and where there is stock: what is given back must leave what was received."""


def item(record: Record, row: Row, author: int) -> None:
    """Items are added to new orders, and changed until all of the order is there."""
    ctx = record.call.ctx
    possible = (NEW,) if record.creating else (NEW, SUBMITTED, PARTIAL)
    what = f"A PurchaseOrderItem can be {'created' if record.creating else 'updated'} while its"
    _check_state(record, "autotask.purchase.item", row["OrderID"], possible, what)
    if row["Quantity"] < 1:
        record.fail_in_pair("autotask.purchase.item", f"Quantity must be above 0, got {row['Quantity']}.{INVENTED}")
    was = record.before
    if was is not None and any(was[name] != row.get(name) for name in _STOCKED) and _received(ctx, was["id"]):
        record.fail_in_pair(
            "autotask.purchase.item",
            f"{' and '.join(_STOCKED)} stay as they are once something was received.{INVENTED}",
        )
    moved = was is None or was["CostID"] != row.get("CostID")
    if row.get("CostID") is not None and moved and _cost(ctx, row["CostID"]) is None:
        record.fail_in_pair(
            "autotask.purchase.cost", f"CostID {row['CostID']} is no cost that waits to be ordered.{INVENTED}"
        )


def receipt(record: Record, row: Row, author: int) -> None:
    """What is received, or given back, must be of a submitted order, and no more than was ordered."""
    ctx = record.call.ctx
    of = _read(ctx, "PurchaseOrderItem", row["PurchaseOrderItemID"])
    assert of is not None, "references are looked up first"
    now = row["QuantityNowReceiving"]
    possible = (SUBMITTED, PARTIAL) if now > 0 else (SUBMITTED, PARTIAL, FULL)
    _check_state(record, "autotask.purchase.receive", of["OrderID"], possible, "Items are received while their")
    if now == 0:
        record.fail_in_pair("autotask.purchase.receive", f"QuantityNowReceiving must not be 0.{INVENTED}")
    before = _received(ctx, of["id"])
    ordered = _ordered(ctx, of, before)
    if now > 0 and before + now > ordered and of["CostID"] is not None:
        # The page: another item is made for what is too much. How its numbers come about is not published.
        raise Unsupported("receiving more than was ordered for a cost of Autotask")
    # Something can go back where by now less is ordered than had been received.
    if (before + now < 0) if now < 0 else (before + now > ordered):
        record.fail_in_pair(
            "autotask.purchase.receive",
            f"{ordered} were ordered and {before} received before, so {now} cannot be received now.{INVENTED}",
        )
    _check_stock(record, of, now)


def stock(record: Record, row: Row, author: int) -> None:
    """What is on hand is never below 0; that it fits in its type is looked at with every number."""
    if (row.get("QuantityOnHand") or 0) < 0:
        record.fail_in_pair(
            "autotask.purchase.on_hand", f"QuantityOnHand must not be below 0, got {row['QuantityOnHand']}.{INVENTED}"
        )


def _check_stock(record: Record, of: Mapping[str, Any], now: int) -> None:
    """Fail a receipt after which less than nothing would be on hand, or more than its field holds."""
    wrong = _too_few_or_many(_on_hand(record.call.ctx, of), now)
    if wrong:
        record.fail_in_pair("autotask.purchase.on_hand", f"{wrong}.{INVENTED}")


def _too_few_or_many(found: Any, now: int) -> str:
    """Why so many more of what was found cannot be on hand, "" where they can."""
    there = 0 if found is None else int(found.QuantityOnHand or 0)
    if 0 <= there + now < INT:
        return ""
    return f"{there} are on hand, so {now} cannot be received now: QuantityOnHand is from 0 to {INT - 1}"


def _check_state(record: Record, rule: str, order_id: Any, possible: tuple[int, ...], what: str) -> None:
    """Fail a record unless its order is in one of some states; `what` begins the sentence."""
    above = _read(record.call.ctx, "PurchaseOrder", order_id)
    state = None if above is None else above["Status"]
    if state not in possible:
        told = " or ".join(_NAMES[each] for each in possible)
        record.fail_in_pair(
            rule, f"{what} PurchaseOrder is {told}, and it is {_NAMES.get(state or 0, state)}.{INVENTED}"
        )


def _cost(ctx: Context, id_: int) -> tuple[str, Row] | None:
    """The first cost of that id that waits to be ordered, and the field that names what it is for."""
    for entity, owner in _COSTS:
        found = _read(ctx, entity, id_)
        if found is not None and found["Status"] == TO_ORDER:
            return owner, found
    return None


def _received(ctx: Context, id_: int) -> int:
    return int(ctx.db.execute(_RECEIVED, {"tenant": _tenant(ctx), "item": id_}).scalar() or 0)


def _ordered(ctx: Context, of: Mapping[str, Any], received: int) -> int:
    """How many were ordered: `Quantity`, from which what was received may have been taken off."""
    debited = ctx.dialect["purchase_quantity"] == "debited"
    return int(of["Quantity"] or 0) + (received if debited else 0)


# --- what follows -----------------------------------------------------------------------------------------------------


def begin_order(author: Author, row: Row) -> None:
    """A new order gets a number (autotask.purchase.number)."""
    ctx, tenant = author.ctx, _tenant(author.ctx)
    count = int(ctx.db.execute(_COUNT, {"tenant": tenant}).scalar() or 0)
    row["PurchaseOrderNumber"] = f"PO-{ctx.installation.ids.after(f'autotask/{tenant}/PurchaseOrder/number', count)}"
    ctx.cite("autotask.purchase.number")


def begin_item(author: Author, row: Row) -> None:
    """An item for a cost belongs to the ticket, project or contract of that cost (autotask.purchase.cost)."""
    found = None if row["CostID"] is None else _cost(author.ctx, row["CostID"])
    if found is not None:
        owner, cost = found
        row[owner] = int(cost[owner])
        author.ctx.cite("autotask.purchase.cost")


def begin_receipt(author: Author, row: Row) -> None:
    """What was received before, what is missing still, when and by whom (autotask.purchase.receive)."""
    row["ReceiveDate"], row["ReceivedByResourceID"] = author.now, author.creator
    of = _read(author.ctx, "PurchaseOrderItem", row["PurchaseOrderItemID"])
    if of is not None:
        before = _received(author.ctx, of["id"])
        row["QuantityPreviouslyReceived"] = before
        row["QuantityBackOrdered"] = _ordered(author.ctx, of, before) - before - (row["QuantityNowReceiving"] or 0)
        author.ctx.cite("autotask.purchase.receive")


def order_steps(author: Author, row: Row, before: Row | None) -> None:
    """An order that is submitted or canceled bears the time of it (autotask.purchase.status)."""
    was = None if before is None else before["Status"]
    for state, field in ((SUBMITTED, "SubmitDateTime"), (CANCELED, "CancelDateTime")):
        if row["Status"] == state and was in (None, *_STEPS) and was != state:
            row[field] = author.now


def arrival(author: Author, row: Row) -> None:
    """The latest day at which an item of an order is expected is the order's (autotask.purchase.arrival)."""
    above = _read(author.ctx, "PurchaseOrder", row["OrderID"])
    if above is None:
        return
    days = [each.EstimatedArrivalDate for each in _items(author.ctx, above["id"])]
    latest = max((each for each in days if each is not None), default=None)
    if latest != above["LatestEstimatedArrivalDate"]:
        author.change(ENTITIES["PurchaseOrder"], above, {"LatestEstimatedArrivalDate": latest})
        author.ctx.cite("autotask.purchase.arrival")


def _items(ctx: Context, id_: int) -> list[Any]:
    return list(ctx.db.execute(_OF_ORDER, {"tenant": _tenant(ctx), "order": id_}))


def received(author: Author, row: Row) -> None:
    """Items were received: they are in the inventory, and their order has come further."""
    ctx, now = author.ctx, int(row["QuantityNowReceiving"] or 0)
    of = _read(ctx, "PurchaseOrderItem", row["PurchaseOrderItemID"])
    if of is None:
        return
    if ctx.dialect["purchase_quantity"] == "debited":
        of = author.change(ENTITIES["PurchaseOrderItem"], of, {"Quantity": int(of["Quantity"] or 0) - now})
    _store(author, of, now)
    _progress(author, of["OrderID"])


def reordered(author: Author, row: Row, before: Row) -> None:
    """Another number of an item is ordered, of which some came before: its order may be complete by that."""
    if row["Quantity"] != before["Quantity"] and _received(author.ctx, row["id"]):
        _progress(author, row["OrderID"])


def _progress(author: Author, order_id: Any) -> None:
    """How far an order has come follows from what of its items was received (autotask.purchase.status)."""
    ctx, above = author.ctx, _read(author.ctx, "PurchaseOrder", order_id)
    if above is None:
        return
    counts = [(_received(ctx, each.id), each._mapping) for each in _items(ctx, above["id"])]
    full = all(count >= _ordered(ctx, each, count) for count, each in counts)
    state = FULL if full else PARTIAL if any(count > 0 for count, _ in counts) else SUBMITTED
    if above["Status"] != state:
        author.change(ENTITIES["PurchaseOrder"], above, {"Status": state})
        ctx.cite("autotask.purchase.status")


def _on_hand(ctx: Context, of: Mapping[str, Any]) -> Any:
    """Id and number of what is on hand of an item's product at its place; None where there is no entry."""
    wanted = {"tenant": _tenant(ctx), "product": of["ProductID"], "location": of["InventoryLocationID"]}
    return ctx.db.execute(_ON_HAND, wanted).first()


def _store(author: Author, of: Mapping[str, Any], count: int) -> None:
    """Add to what is on hand of the item's product at its place; the first of them makes the entry."""
    ctx, product, location = author.ctx, of["ProductID"], of["InventoryLocationID"]
    if product is None or location is None:
        return
    found = _on_hand(ctx, of)
    wrong = _too_few_or_many(found, count)
    if wrong:  # a client was refused before; other people are told
        raise Misuse(wrong)
    stock = None if found is None else _read(ctx, "InventoryItem", found.id)
    ctx.cite("autotask.purchase.on_hand")
    if stock is not None:
        author.change(ENTITIES["InventoryItem"], stock, {"QuantityOnHand": (stock["QuantityOnHand"] or 0) + count})
        return
    numbers = {"QuantityOnHand": count, "QuantityMinimum": 0, "QuantityMaximum": 0}
    author.create(ENTITIES["InventoryItem"], {"ProductID": product, "InventoryLocationID": location, **numbers}, {})
