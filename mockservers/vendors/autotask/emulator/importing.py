"""Records, picklists and user-defined fields taken over as they are elsewhere: the operation `import`.

Nothing is worked out, and no reference is followed: what was told is what is kept. Knows no wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Misuse
from mockservers.vendors.autotask.emulator import model, picklists
from mockservers.vendors.autotask.emulator.arguments import UDFS, Arguments, tenant_of
from mockservers.vendors.autotask.emulator.choices import Choice
from mockservers.vendors.autotask.emulator.entities import ENTITIES, Entity, kept, stored_time

PICKLIST = "picklist"
"""The kind under which lists are taken over: their id is `Entity.Field`."""


def import_(ctx: Context, request: Any) -> dict[str, Any]:
    """Records as they are elsewhere. `{"entity"?, "records": [{"id", "fields", "exists"?}], "clear"?}`; the entity
    `picklist` takes lists, each with the id `Entity.Field` and `values`."""
    arguments = Arguments.of(ctx, request)
    records, clear = arguments.take("records", []), arguments.take("clear", False)
    if not isinstance(records, list) or not all(isinstance(each, Mapping) and "id" in each for each in records):
        raise Misuse("'records' is a list of records, each with id and fields")
    if arguments.raw.get("entity") == PICKLIST:
        for each in records:
            _list(ctx, str(each["id"]), each.get("fields", {}))
        return {"imported": len(records)}
    entity = arguments.entity()
    arguments.done()
    tenant = tenant_of(ctx).name
    if clear:
        for id_ in (
            ctx.db.execute(
                sa.select(model.TABLES[entity.name].c.id).where(model.TABLES[entity.name].c.tenant == tenant)
            )
            .scalars()
            .all()
        ):
            model.remove(ctx.db, tenant, entity, id_)
    for each in records:
        _take(ctx, tenant, entity, each)
    return {"imported": len(records)}


def _take(ctx: Context, tenant: str, entity: Entity, record: Mapping[str, Any]) -> None:
    id_ = Arguments(ctx, record).number()
    held = model.read(ctx.db, tenant, entity.name, id_)
    if not record.get("exists", True):
        if held is not None:
            model.remove(ctx.db, tenant, entity, id_)
        return
    fields = record.get("fields")
    if not isinstance(fields, Mapping):
        raise Misuse(f"{entity.name} {id_} has no 'fields'")
    row: dict[str, Any] = {**model.empty(entity), "id": id_}
    for name, value in fields.items():
        element = entity.get(name)
        if name == UDFS:
            continue
        if element is None:
            raise Misuse(f"{entity.name} has no field {name!r}")
        try:
            row[element.name] = kept(element, value)
        except ValueError as error:
            raise Misuse(f"{entity.name} {id_}: {error}") from error
    udf = _udfs(ctx, tenant, entity, fields.get(UDFS) or {})
    if held is None:
        model.insert(ctx.db, tenant, entity, [(row, udf)])
    else:
        model.replace(ctx.db, tenant, entity, row, udf)


def _udfs(ctx: Context, tenant: str, entity: Entity, given: Mapping[str, Any]) -> dict[str, str]:
    """User-defined values by the definition's id; a name that is not defined yet is defined as text by being told."""
    if not given or not entity.udf_capable:
        return {}
    known = {each.name.casefold(): each for each in model.definitions(ctx.db, tenant, entity.name)}
    definition = ENTITIES["UserDefinedFieldDefinition"]
    for name in given:
        if name.casefold() not in known:
            row = {
                **model.empty(definition),
                "id": model.highest(ctx.db, tenant, definition.name) + 1,
                "Name": name,
                "UdfType": model.UDF_TYPE_OF[entity.name],
                "DataType": 1,
                "IsActive": True,
                "IsRequired": False,
                "IsProtected": False,
                "CreateDate": stored_time(ctx.now),
            }
            model.insert(ctx.db, tenant, definition, [(row, {})])
            known = {each.name.casefold(): each for each in model.definitions(ctx.db, tenant, entity.name)}
    return {
        str(known[name.casefold()].id): str(value) for name, value in given.items() if value is not None and value != ""
    }


def _list(ctx: Context, id_: str, fields: Any) -> None:
    entity, _, name = id_.partition(".")
    if entity not in ENTITIES or not isinstance(fields, Mapping) or not isinstance(fields.get("values"), list):
        raise Misuse(f"a picklist must have an id such as Ticket.Status and a list of values, got {id_!r}")
    values = [
        Choice(
            str(each["value"]),
            (str(each.get("label") or ""),),
            str(each.get("parent") or ""),
            bool(each.get("active", True)),
            bool(each.get("system", False)),
            bool(each.get("default", False)),
        )
        for each in fields["values"]
    ]
    try:
        picklists.keep(ctx.db, ctx.installation, tenant_of(ctx).name, entity, name, values)
    except ValueError as error:
        raise Misuse(str(error)) from error
