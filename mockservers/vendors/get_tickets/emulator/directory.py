"""Who and what tickets refer to: companies, customers, technicians and groups, and how a ticket's fields follow from them.

Knows no operation and no wire.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Misuse
from mockservers.vendors.get_tickets.emulator.arguments import Values
from mockservers.vendors.get_tickets.emulator.model import DIRECTORY, PENDING, TICKETS, whole_second


def tenant_of(ctx: Context) -> str:
    assert ctx.tenant is not None
    return ctx.tenant.name


@dataclass(frozen=True, slots=True)
class Known:
    """An entry of the directory."""

    id: str
    name: str
    facts: Mapping[str, Any]


_KIND = (DIRECTORY.c.tenant == sa.bindparam("tenant"), DIRECTORY.c.kind == sa.bindparam("kind"))
_IDS = sa.select(DIRECTORY.c.id).where(*_KIND).order_by(DIRECTORY.c.id)
_KNOWN = sa.select(DIRECTORY.c.id, DIRECTORY.c.name, DIRECTORY.c.facts).where(*_KIND).order_by(DIRECTORY.c.id)
_BY_ID = _KNOWN.where(DIRECTORY.c.id == sa.bindparam("wanted"))
_BY_NAME = _KNOWN.where(DIRECTORY.c.name == sa.bindparam("wanted"))


def ids(ctx: Context, kind: str) -> list[str]:
    """The ids of the tenant's customers, companies, technicians or groups, in order."""
    return list(ctx.db.execute(_IDS, {"tenant": tenant_of(ctx), "kind": kind}).scalars())


def entry(ctx: Context, kind: str, *, id: str | None = None, name: str | None = None) -> Known | None:
    asked, wanted = (_BY_ID, id) if id is not None else (_BY_NAME, name)
    found = ctx.db.execute(asked, {"tenant": tenant_of(ctx), "kind": kind, "wanted": wanted}).first()
    return None if found is None else Known(found.id, found.name, json.loads(found.facts))


def enter(ctx: Context, kind: str, id: str, name: str, facts: Mapping[str, Any]) -> None:
    ctx.db.execute(
        sa.insert(DIRECTORY),
        [{"tenant": tenant_of(ctx), "kind": kind, "id": id, "name": name, "facts": json.dumps(facts)}],
    )


def rename(ctx: Context, kind: str, id: str, name: str) -> None:
    """Give an entry another name; tickets that bear the former one keep it (get_tickets.reference.rename)."""
    found = entry(ctx, kind, id=id)
    if found is None:
        raise Misuse(f"there is no {kind} {id!r}; there are {', '.join(ids(ctx, kind)[:20])}")
    facts = {**found.facts, "contact": name} if kind == "customer" else found.facts
    here = (DIRECTORY.c.tenant == tenant_of(ctx), DIRECTORY.c.kind == kind, DIRECTORY.c.id == id)
    ctx.cite("get_tickets.reference.rename")
    ctx.db.execute(sa.update(DIRECTORY).where(*here).values(name=name, facts=json.dumps(facts)))


def entries(ctx: Context, kind: str, after: str, most: int) -> list[Known]:
    """The entries of a kind by id, those that come after an id."""
    rows = ctx.db.execute(_KNOWN.where(DIRECTORY.c.id > after).limit(most), {"tenant": tenant_of(ctx), "kind": kind})
    return [Known(row.id, row.name, json.loads(row.facts)) for row in rows]


_PAIRS = (
    ("company", "company_id", "company_name"),
    ("tech_group", "assigned_group_id", "assigned_group_name"),
    ("customer_group", "customer_group_id", "customer_group_name"),
)


def settle(ctx: Context, values: Values, given: Values) -> None:
    """Bring what belongs together together: the customer's own fields, ids with names, dates with flags."""
    if "cid" in given:
        customer = entry(ctx, "customer", id=given["cid"])
        for name, value in (customer.facts if customer else {}).items():
            if name not in given:
                values[name] = value
        company = entry(ctx, "company", id=str(values["company_id"])) if customer else None
        if company and "company_name" not in given:
            values["company_name"] = company.name
    for kind, number, name in _PAIRS:
        _settle_pair(ctx, values, given, kind, number, name)
    if "locked_by" in given and "locked" not in given:
        values["locked"] = "Y" if given["locked_by"] else "N"
    if values["locked"] == "N":
        values["locked_by"] = ""
    elif not values["locked_by"]:
        values["locked_by"] = "guest"
    if "status" in given and "date_closed" not in given and values["merged"] == "N":
        closed = values["status"].casefold() == "closed"  # an open ticket has no date (get_tickets.field.date_closed)
        values["date_closed"] = (values["date_closed"] or whole_second(ctx.now)) if closed else None


def _settle_pair(ctx: Context, values: Values, given: Values, kind: str, number: str, name: str) -> None:
    """One id has one name: a known one brings the other, a new name gets a new id.

    Of companies and customer groups that is get_tickets.field.customer, of technicians' groups get_tickets.field.assigned.
    """
    if number in given:
        known = entry(ctx, kind, id=str(given[number]))
        if known is not None:
            if name in given and given[name] != known.name:
                raise Misuse(
                    f"{number} {given[number]} must be {known.name!r}, got {given[name]!r}; give one of the two"
                )
            values[name] = known.name
        elif given[number] == 0:
            values[name] = ""
        elif given.get(name):
            enter(ctx, kind, str(given[number]), given[name], {})
        else:
            raise Misuse(f"{number} {given[number]} is not known; give {name} too, to make it known")
    elif name in given:
        if not given[name]:
            values[number] = 0
            return
        known = entry(ctx, kind, name=given[name])
        if known is None:
            new = max((int(each) for each in ids(ctx, kind)), default=0) + 1
            enter(ctx, kind, str(new), given[name], {})
            values[number] = new
        else:
            values[number] = int(known.id)


def stamp(ctx: Context, values: Values, by: str, given: Mapping[str, Any] | None = None) -> None:
    """Who changed it, and when; what was given itself stays.

    The type is one of three words (get_tickets.field.updater_type).
    """
    ctx.cite("get_tickets.field.last_updated")
    given = given or {}
    if "last_updated" not in given:
        values["last_updated"] = whole_second(ctx.now)
    if "updated_by" not in given:
        values["updated_by"] = by
    if "updater_type" not in given:
        technician = entry(ctx, "technician", id=values["updated_by"])
        if technician is not None:
            values["updater_type"] = technician.facts.get("type", "TECH")
        else:
            values["updater_type"] = "CUSTOMER" if entry(ctx, "customer", id=values["updated_by"]) else "TECH"


_HIGHEST = sa.union_all(
    *(sa.select(sa.func.max(each.c.tid)).where(each.c.tenant == sa.bindparam("tenant")) for each in (TICKETS, PENDING))
)


def next_number(ctx: Context) -> int:
    """The number of the next ticket."""
    highest = max(each or 0 for each in ctx.db.execute(_HIGHEST, {"tenant": tenant_of(ctx)}).scalars())
    # Numbers of deleted tickets are not given again, as with an identity column.
    return ctx.installation.ids.after(f"get_tickets.tid.{tenant_of(ctx)}", highest)
