"""Picklists of each tenant: which values a field takes, with labels by language, defaults, parents, inactive ones.

A tenant's own lists stand in a table; where it has none for a field, the list that everybody has holds, so that no field
is without values. Knows no request.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.installation import Installation
from mockservers.kernel.operations import Context
from mockservers.kernel.store import Text
from mockservers.vendors.autotask.emulator import choices as common
from mockservers.vendors.autotask.emulator.choices import Choice
from mockservers.vendors.autotask.emulator.entities import ENTITIES
from mockservers.vendors.autotask.emulator.model import METADATA

CLIENT_PORTAL = "-1"
"""The source every system has, and the default where the customer set none (autotask.create.source)."""
COMPLETE = 5
"""Ticket.Status of what is done, known for every tenant."""

PICKLISTS = sa.Table(
    "at_picklist",
    METADATA,
    sa.Column("tenant", Text, primary_key=True),
    sa.Column("entity", Text, primary_key=True),
    sa.Column("field", Text, primary_key=True),
    sa.Column("value", Text, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("labels", Text, nullable=False),
    sa.Column("parent", Text, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("system", sa.Boolean, nullable=False),
    sa.Column("is_default", sa.Boolean, nullable=False),
)


def choices(ctx: Context, entity: str, name: str) -> tuple[Choice, ...]:
    """The values of a picklist field of the caller's tenant, inactive ones too, in order."""
    assert ctx.tenant is not None
    return _lists(ctx.db, ctx.installation, ctx.tenant.name, entity).get(name, ())


def find(ctx: Context, entity: str, name: str, value: str) -> Choice | None:
    """One value of a picklist field by its value."""
    return next((each for each in choices(ctx, entity, name) if each.value == value), None)


def _lists(db: sa.Connection, installation: Installation, tenant: str, entity: str) -> Mapping[str, tuple[Choice, ...]]:
    # Whoever changes a list may read it in that very call; where the call fails, the cache is emptied.
    key, revision = ("picklists", tenant, entity), installation.ids.counters.get(_REVISION, 0)
    known: tuple[int, Mapping[str, tuple[Choice, ...]]] | None = installation.cache.get(key)
    if known is None or known[0] != revision:
        known = installation.cache[key] = (revision, _read(db, tenant, entity))
    return known[1]


_REVISION = "autotask/picklists"
_p = sa.bindparam
_OF_ENTITY = (
    sa.select(PICKLISTS)
    .where(PICKLISTS.c.tenant == _p("tenant"), PICKLISTS.c.entity == _p("entity"))
    .order_by(PICKLISTS.c.field, PICKLISTS.c.position, PICKLISTS.c.value)
)

_REPLACED = sa.delete(PICKLISTS).where(
    PICKLISTS.c.tenant == _p("of"), PICKLISTS.c.entity == _p("kind"), PICKLISTS.c.field == _p("name")
)


def _read(db: sa.Connection, tenant: str, entity: str) -> dict[str, tuple[Choice, ...]]:
    own: dict[str, list[Choice]] = {}
    for each in db.execute(_OF_ENTITY, {"tenant": tenant, "entity": entity}):
        own.setdefault(each.field, []).append(
            Choice(each.value, tuple(json.loads(each.labels)), each.parent, each.active, each.system, each.is_default)
        )
    return {
        element.name: tuple(own[element.name]) if element.name in own else common.of(entity, element, {})
        for element in ENTITIES[entity].elements
        if element.field.picklist
    }


def keep(
    db: sa.Connection, installation: Installation, tenant: str, entity: str, name: str, values: Iterable[Choice]
) -> None:
    """Make `values` the whole list of a field of one tenant. Raises ValueError for a field that is no picklist."""
    element = ENTITIES[entity].get(name)
    if element is None or not element.field.picklist:
        raise ValueError(f"{entity}.{name} is no picklist field")
    db.execute(_REPLACED, {"of": tenant, "kind": entity, "name": element.name})
    rows: list[dict[str, Any]] = [
        {
            "tenant": tenant,
            "entity": entity,
            "field": element.name,
            "value": each.value,
            "position": position,
            "labels": json.dumps(each.labels, ensure_ascii=False),
            "parent": each.parent,
            "active": each.active,
            "system": each.system,
            "is_default": each.default,
        }
        for position, each in enumerate(values)
    ]
    if rows:
        db.execute(sa.insert(PICKLISTS), rows)
    counters = installation.ids.counters
    counters[_REVISION] = counters.get(_REVISION, 0) + 1
