"""query: a QueryXML tree as one SELECT, answered with at most 500 entities by ascending id.

Knows no XML: conditions come as plain values, entities go as pieces that were rendered when they were written.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.util import LRUCache

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Refusal
from mockservers.vendors.autotask.emulator import access, currencies, entities, model, releases
from mockservers.vendors.autotask.emulator.company import OWN_ACCOUNT
from mockservers.vendors.autotask.emulator.entities import CATALOGUE, Entity
from mockservers.vendors.autotask.emulator.limits import INVENTED
from mockservers.vendors.autotask.emulator.renderings import STANDARD, Profile
from mockservers.vendors.autotask.emulator.requests import Asked, Found, Info, Query, Response, Search
from mockservers.vendors.autotask.emulator.semantics import webhooks
from mockservers.vendors.autotask.emulator.semantics.conditions import Where

MOST = int(CATALOGUE.facts["limits"]["query_rows"])

_COMPILED: Any = LRUCache(256)
_SHORT = 4000
"""Statements longer than this are not worth remembering: nobody sends them twice."""


def unknown_entity(name: str) -> Refusal:
    """An entity that is none: there is no public text for it."""
    text = f"The entity '{name[:100]}' does not exist.{INVENTED}"
    return Refusal("autotask.write.unknown_entity", "BODY", entity="", messages=(text,))


def known(ctx: Context, name: str) -> Entity:
    """An entity by its name in any letter case; raises the refusal of one that is none.

    One that came after the release of the description is answered: stubs that were made from it never ask.
    """
    found = entities.find(name)
    if found is None:
        raise unknown_entity(name)
    if found.name in releases.later(ctx.dialect["wsdl_release"]).types:
        ctx.note("autotask.wsdl.release", f"the service description of this release has no {found.name} yet")
    return found


def query(ctx: Context, asked: Asked) -> Response | Found | int:
    """Answer one query; raises the vendor's refusals."""
    if isinstance(asked.body, Search):
        own = webhooks.mine(asked)
        return search(ctx, asked.body) if own is None else webhooks.search(ctx, own, asked.body)
    body: Query = asked.body
    if body.defect is not None:
        text = f"Invalid query syntax: {body.defect}.{INVENTED}"
        raise Refusal("autotask.request.query_text", "BODY", entity="", messages=(text,))
    entity = known(ctx, body.entity)
    if entity.name != body.entity:
        ctx.cite("autotask.query.any_case")
    hidden = _let_in(ctx, entity)
    where = Where(ctx, entity, body.nodes, hidden)
    pieces = _found(ctx, entity, where, Profile.of(ctx.dialect, hidden))
    if len(pieces) == MOST:
        ctx.cite("autotask.query.top_500")
    if entity.name == "Account" and pieces and pieces[0][0] == OWN_ACCOUNT:
        ctx.cite("autotask.account.own")
    return Response(
        1, entity.name.lower(), tuple([piece for _, piece in pieces]), (), tuple([Info(id_) for id_, _ in pieces])
    )


def _let_in(ctx: Context, entity: Entity) -> frozenset[str]:
    """The fields that the caller does not see, if the entity may be queried, and by the caller."""
    if not entity.may("query"):
        ctx.cite("autotask.query.entity_not_queryable")
        raise access.denied(entity.name, "query")
    access.demand(ctx, entity.name, "query")
    asked: Asked = ctx.call.request
    assert ctx.tenant is not None
    if entity.name in currencies.NEED_MODULE and not asked.rest and not ctx.tenant.facts.get("multi_currency"):
        raise Refusal("autotask.currency.soap", "BODY", **access.denied(entity.name, "query").facts)
    return access.hidden_fields(ctx, entity.name)


def search(ctx: Context, body: Search) -> Found | int:
    """Answer one query of the REST service: a page of records by ascending id, or how many there are."""
    entity = entities.ENTITIES[body.entity]
    hidden = _let_in(ctx, entity)
    if body.defect is not None:
        raise Refusal(body.rule, "BODY", entity=entity.name.lower(), messages=(body.defect,))
    assert ctx.tenant is not None
    where = Where(ctx, entity, body.nodes, hidden)
    table = model.TABLES[entity.name]
    conditions = [table.c.tenant == sa.bindparam("tenant")]
    if where.sql is not None:
        conditions.append(sa.text(where.sql))  # type: ignore[arg-type]
    visible = access.visible(ctx, entity.name)
    if visible is not None:
        conditions.append(visible)
    if body.count:
        counted = sa.select(sa.func.count()).select_from(table).where(*conditions)
        return int(ctx.db.execute(counted, where.parameters).scalar() or 0)
    if body.after is not None:
        conditions.append(table.c.id > body.after)
    ids = sa.select(table.c.id).where(*conditions).order_by(table.c.id).limit(body.most + 1)
    page = table.alias("page")
    columns = [page.c[column.name] for column in model.wanted(entity.name)]
    wanted = sa.select(*columns).where(page.c.tenant == sa.bindparam("tenant"), page.c.id.in_(ids)).order_by(page.c.id)
    rows = [model.row(each) for each in ctx.db.execute(wanted, where.parameters)]
    if entity.name == "Account" and rows and rows[0][0]["id"] == OWN_ACCOUNT:
        ctx.cite("autotask.account.own")
    definitions = model.definitions(ctx.db, ctx.tenant.name, entity.name)
    return Found(entity.name, tuple(rows[: body.most]), definitions, hidden, len(rows) > body.most)


@lru_cache(maxsize=512)
def _whole(entity: str, standard: bool) -> sa.Select[Any]:
    table = model.TABLES[entity]
    columns = (table.c.id, table.c.fragment) if standard else model.wanted(entity)
    return sa.select(*columns).where(table.c.tenant == sa.bindparam("tenant")).order_by(table.c.id).limit(MOST)


@lru_cache(maxsize=256)
def _numbers(entity: str) -> sa.Select[Any]:
    table = model.TABLES[entity]
    return sa.select(table.c.id).where(table.c.tenant == sa.bindparam("tenant")).order_by(table.c.id).limit(MOST)


@lru_cache(maxsize=512)
def _page(entity: str, standard: bool) -> tuple[sa.Select[Any], Any]:
    page = model.TABLES[entity].alias("page")
    names = ("id", "fragment") if standard else tuple(column.name for column in model.wanted(entity))
    statement = sa.select(*(page.c[name] for name in names)).where(page.c.tenant == sa.bindparam("tenant"))
    return statement.order_by(page.c.id), page.c.id


def _statement(entity: str, where: Where, visible: sa.ColumnElement[bool] | None, standard: bool) -> sa.Select[Any]:
    """The one SELECT. Which 500 it is about is found without looking at the rows' long columns, where that can matter."""
    plain = where.only_ids and visible is None
    statement = _whole(entity, standard) if plain else _numbers(entity)
    if where.sql is not None:
        statement = statement.where(sa.text(where.sql))
    if visible is not None:
        statement = statement.where(visible)
    if plain:
        return statement
    page, id_ = _page(entity, standard)
    return page.where(id_.in_(statement))


def _found(ctx: Context, entity: Entity, where: Where, profile: Profile) -> list[tuple[int, str]]:
    """Ids and pieces of what matches and is in reach."""
    assert ctx.tenant is not None
    standard = profile == STANDARD
    statement = _statement(entity.name, where, access.visible(ctx, entity.name), standard)
    remembered = _COMPILED if where.sql is None or len(where.sql) < _SHORT else None
    rows = ctx.db.execute(statement, where.parameters, execution_options={"compiled_cache": remembered}).all()
    if not standard:
        return model.rendered(ctx.db, ctx.tenant.name, entity, rows, profile)
    lost = [id_ for id_, piece in rows if piece is None]
    if not lost:
        return [(id_, piece) for id_, piece in rows]
    made = model.missing_fragments(ctx.db, ctx.tenant.name, entity, lost)
    return [(id_, made[id_] if piece is None else piece) for id_, piece in rows]
