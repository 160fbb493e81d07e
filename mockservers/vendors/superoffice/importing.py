"""Tickets taken over as a whole Ticket carrier tells them, with what they refer to: the operation `import`.

Nothing is worked out: what was told is what is kept. Knows no wire.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Misuse
from mockservers.vendors.superoffice import rights
from mockservers.vendors.superoffice.model import (
    LARGEST_ID,
    MESSAGES,
    NO_PERSON,
    STORED,
    SYSTEM_USER,
    TICKETS,
    Directory,
    Named,
    directory,
    enter,
    fresh,
    keep,
    kept,
    remove,
    tenant_name,
)
from mockservers.vendors.superoffice.wishes import Wish

_NAMED = {
    "priority": ("Priority", "PriorityName"), "type": ("TicketTypeId", "TicketTypeName"), "sale": ("SaleId", "SaleHeading"),
    "project": ("ProjectId", "ProjectName"), "contact": ("ContactId", "ContactName"),
}  # fmt: skip
"""Kinds of the directory of which a carrier tells number and name."""
_TOLD_NUMBERS = ("ContactId", "OwnedByAssociateId")
_TOLD_NAMES = (
    "PriorityName", "TicketTypeName", "SaleHeading", "ProjectName", "ContactName", "TicketStatusDisplayValue", "CreatedByName",
    "OwnedByName", "PersonFirstname", "PersonMiddleName", "PersonLastname", "PersonFullname", "CategoryFullname",
)  # fmt: skip
"""Numbers and names of which a ticket keeps none itself; they go to the directory."""
_ABOVE = 1_000_000_000
"""Where the numbers of categories begin of which only the name is told."""


def import_(ctx: Context, request: Any) -> dict[str, Any]:
    """Tickets as they are elsewhere. `{"records": [{"id", "fields", "exists"?}], "clear"?, "entity"?}`."""
    wish = Wish.of(ctx, request)
    records, clear, entity = wish.take("records", []), wish.take("clear", False), wish.take("entity", "ticket")
    wish.done()
    if entity != "ticket" or not isinstance(records, list) or not all(isinstance(each, Mapping) for each in records):
        raise Misuse("'records' is a list of tickets, each with id and fields; 'entity' is ticket or left out")
    if clear:
        for table in (TICKETS, MESSAGES):
            ctx.db.execute(sa.delete(table).where(table.c.tenant == tenant_name(ctx)))
    for each in records:
        id_ = Wish(ctx, each).number()
        fields = each.get("fields")
        if each.get("exists", True) and not isinstance(fields, Mapping):
            raise Misuse(f"ticket {id_} has no 'fields'")
        remove(ctx, id_)
        if isinstance(fields, Mapping) and each.get("exists", True):
            _take(ctx, id_, fields)
    ctx.installation.cache.clear()
    return {"imported": len(records)}


def _take(ctx: Context, id_: int, fields: Mapping[str, Any]) -> None:
    values: dict[str, Any] = {}
    for name in STORED:
        if name != "TicketId" and name in fields:
            try:
                values[name] = kept(name, fields[name])
            except ValueError as error:
                raise Misuse(f"ticket {id_}: {error}") from error
    for name, value in fields.items():
        if name in _TOLD_NUMBERS and value is not None and not (type(value) is int and abs(value) <= LARGEST_ID):
            raise Misuse(f"ticket {id_}: {name} is a whole number of 32 bits, not {value!r}")
        if name in _TOLD_NAMES and value is not None and not isinstance(value, str):
            raise Misuse(f"ticket {id_}: {name} is text, not {value!r}")
    right = fields.get("TableRight")
    if right:
        try:
            rights.checked(right)
        except ValueError as error:
            raise Misuse(f"ticket {id_}: TableRight: {error}") from error
    row = fresh({**values, "TicketId": id_, "right": None if right is None else json.dumps(right)})
    if row["BaseStatus"] == "Deleted":
        row["deleted"] = row["LastChanged"]
    _refer(ctx, row, fields, directory(ctx))
    keep(ctx, row, new=True)


def _refer(ctx: Context, row: Mapping[str, Any], fields: Mapping[str, Any], names: Directory) -> None:
    """Make known what the ticket refers to, by the names that its carrier tells."""
    found: dict[str, list[Named]] = {}
    for kind, (number, name) in _NAMED.items():
        if fields.get(number) and fields.get(name):
            found.setdefault(kind, []).append(
                Named(fields[number], fields[name], names.get(kind, fields[number]).facts)
            )
    if row["TicketStatus"] and fields.get("TicketStatusDisplayValue"):
        known = names.get("status", row["TicketStatus"]).facts
        base = known or {"base": row["BaseStatus"]}
        found.setdefault("status", []).append(Named(row["TicketStatus"], fields["TicketStatusDisplayValue"], base))
    for number, name in (("CreatedBy", "CreatedByName"), ("OwnedBy", "OwnedByName")):
        if row[number] != SYSTEM_USER and fields.get(name):
            facts = dict(names.get("user", row[number]).facts)
            if number == "OwnedBy":
                facts["associate"] = fields.get("OwnedByAssociateId", 0)
            found.setdefault("user", []).append(Named(row[number], fields[name], facts))
    if row["CustId"] not in (None, NO_PERSON, 0):
        told = {
            "first": "PersonFirstname",
            "middle": "PersonMiddleName",
            "last": "PersonLastname",
            "contact": "ContactId",
        }
        facts = {**names.get("person", row["CustId"]).facts, **{key: fields.get(name) or 0 if key == "contact" else
            fields.get(name) or "" for key, name in told.items()}}  # fmt: skip
        found.setdefault("person", []).append(Named(row["CustId"], fields.get("PersonFullname") or "", facts))
    if row["Category"] and fields.get("CategoryFullname"):
        found.setdefault("category", []).extend(_categories(row["Category"], str(fields["CategoryFullname"]), names))
    for kind, entries in found.items():
        enter(ctx.db, tenant_name(ctx), kind, [each for each in entries if names.get(kind, each.id) != each])


def _categories(id_: int, path: str, names: Directory) -> list[Named]:
    """A category and those above it; of these only the names are told, so their numbers are ours."""
    if names.category_path(id_) == path.split("/"):
        return []
    made: list[Named] = []
    parent, parts = 0, path.split("/")
    numbers = {each.name: each.id for each in names.all("category") if each.id >= _ABOVE}
    for part in parts[:-1]:
        number = numbers.setdefault(part, _ABOVE + len(numbers))
        made.append(Named(number, part, {"parent": parent}))
        parent = number
    return [*made, Named(id_, parts[-1], {**names.get("category", id_).facts, "parent": parent})]
