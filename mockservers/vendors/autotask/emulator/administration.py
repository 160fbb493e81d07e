"""What other people do at Autotask: technicians, customers and administrators. The operations of `World.act`.

Each takes a plain object and gives the record's truth after it, under the names of the wire; user-defined fields stand
together under `UserDefinedFields`. `entity` says what is meant, a ticket without it. The customer itself has the id
`customer`: its administrator acts on it (see `administration`). Knows no wire.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.instants import DAY, HOUR
from mockservers.kernel.operations import Context, Operation, operations
from mockservers.kernel.rules import Misuse
from mockservers.registry import did_you_mean
from mockservers.vendors.autotask.emulator import customer, model, picklists
from mockservers.vendors.autotask.emulator.arguments import CUSTOMER, UDFS, Arguments, check, checked, tenant_of
from mockservers.vendors.autotask.emulator.company import API_USER
from mockservers.vendors.autotask.emulator.demo_data import words
from mockservers.vendors.autotask.emulator.entities import (
    ENTITIES,
    Definition,
    Element,
    Entity,
    midnight,
    shown,
    stored_time,
)
from mockservers.vendors.autotask.emulator.importing import import_
from mockservers.vendors.autotask.emulator.semantics.changes import Keeper

MOST = 10_000


# --- truth ------------------------------------------------------------------------------------------------------------


def _existing(ctx: Context, entity: Entity, id_: int) -> tuple[model.Row, dict[str, str]]:
    found = model.read(ctx.db, tenant_of(ctx).name, entity.name, id_)
    if found is None:
        raise Misuse(f"there is no {entity.name} {id_}; list the records to see which there are")
    return found


def _record(
    entity: Entity, row: Mapping[str, Any], udf: Mapping[str, str], known: tuple[Definition, ...]
) -> dict[str, Any]:
    fields = shown(entity, row)
    if entity.udf_capable:
        fields[UDFS] = {each.name: udf.get(str(each.id)) for each in known}
    return {"id": str(row["id"]), "exists": True, "fields": fields}


def _truth(ctx: Context, entity: Entity, id_: int) -> dict[str, Any]:
    found = model.read(ctx.db, tenant_of(ctx).name, entity.name, id_)
    if found is None:
        return {"id": str(id_), "exists": False, "fields": {}}
    return _record(entity, *found, model.definitions(ctx.db, tenant_of(ctx).name, entity.name))


# --- operations -------------------------------------------------------------------------------------------------------


def create(ctx: Context, request: Any) -> dict[str, Any]:
    """Somebody makes a record; what is not given is made up plausibly. `{"entity"?, "fields"?, "by"?}`."""
    arguments = Arguments.of(ctx, request)
    entity, fields, by = arguments.entity(), arguments.members("fields"), _by(ctx, arguments)
    arguments.done()
    row, udf = checked(ctx, entity, fields)
    id_ = _add(ctx, entity, row, by, udf)
    return _truth(ctx, entity, id_)


def _add(
    ctx: Context, entity: Entity, given: Mapping[str, Any], by: int, udf: Mapping[str, str | None] | None = None
) -> int:
    keeper = Keeper(ctx, by)
    values = {name: text for name, text in (udf or {}).items() if text is not None}
    row = keeper.create(entity, {**_made_up(ctx, entity, given), **given}, values)
    _insist(ctx, entity, row, given, values)
    id_: int = row["id"]
    return id_


def _insist(ctx: Context, entity: Entity, row: model.Row, given: Mapping[str, Any], udf: Mapping[str, str]) -> None:
    """Fields that the vendor works out are as they were given all the same: other people are not bound by the service."""
    if any(row[name] != value for name, value in given.items()):
        model.replace(ctx.db, tenant_of(ctx).name, entity, {**row, **given}, udf, udf_moved=False)


def _made_up(ctx: Context, entity: Entity, given: Mapping[str, Any]) -> dict[str, Any]:
    """Plausible values of what a record of this kind needs and was not given, the same for the same seed and number."""
    tenant = tenant_of(ctx).name
    id_ = model.highest(ctx.db, tenant, entity.name) + 1
    source = ctx.installation.ids.source(f"autotask/{tenant}/{entity.name}/{id_}")
    made: dict[str, Any] = {}
    for element in entity.elements:
        if not element.field.required or element.name in given:
            continue
        if element.field.picklist:
            values = [each for each in picklists.choices(ctx, entity.name, element.name) if each.active]
            if values:
                value = values[int(source.random() * len(values))].value
                made[element.name] = value if element.form == "text" else int(value)
        elif element.field.reference is not None and element.field.reference in ENTITIES:
            made[element.name] = _any(ctx, element.field.reference, source.random())
            if element.form == "text" and made[element.name] is not None:
                made[element.name] = str(made[element.name])
        else:
            made[element.name] = _plain(ctx, entity, element, id_)
    if entity.name == "Ticket":
        subject, place, text = (
            words(kind)[int(source.random() * len(words(kind)))] for kind in ("subjects", "places", "texts")
        )
        made["Title"], made["Description"] = subject.format(place=place), text
        made["Status"] = 1
    return made


def _plain(ctx: Context, entity: Entity, element: Element, id_: int) -> Any:
    if element.form == "text":
        return f"{entity.name} {id_}"[: element.field.length or None]
    if element.form == "time":
        return stored_time(ctx.now + (HOUR if element.name.startswith("End") else 0))
    if element.form == "date":
        return midnight(ctx.now) + (DAY if element.name.startswith("End") else 0)
    return {"bool": True, "double": 1.0, "float": 1.0, "rate": 1.0, "decimal": 10_000}.get(element.form, 1)


def _any(ctx: Context, entity: str, fraction: float) -> int | None:
    """The id of some record of an entity."""
    counting, choosing = _choice(entity)
    tenant = tenant_of(ctx).name
    count = ctx.db.execute(counting, {"tenant": tenant}).scalar() or 0
    if not count:
        return None
    chosen: int | None = ctx.db.execute(choosing, {"tenant": tenant, "passed": int(fraction * count)}).scalar()
    return chosen


@lru_cache(maxsize=256)
def _choice(entity: str) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """How many records of an entity can be named by others, and the one after so many of them."""
    table = model.TABLES[entity]
    # Not the own company (autotask.account.own): others make records for its customers.
    mine = sa.and_(table.c.tenant == sa.bindparam("tenant"), table.c.id > 0)
    chosen = sa.select(table.c.id).where(mine).order_by(table.c.id).offset(sa.bindparam("passed")).limit(1)
    return sa.select(sa.func.count()).where(mine), chosen


def change(ctx: Context, request: Any) -> dict[str, Any]:
    """Somebody edits fields. `{"entity"?, "id", "fields", "by"?}`."""
    arguments = Arguments.of(ctx, request)
    entity, id_, fields, by = (
        arguments.entity(),
        arguments.number(),
        arguments.members("fields", required=True),
        _by(ctx, arguments),
    )
    arguments.done()
    row, udf = checked(ctx, entity, fields)
    _edit(ctx, entity, id_, row, by, udf)
    return _truth(ctx, entity, id_)


def _edit(
    ctx: Context,
    entity: Entity,
    id_: int,
    given: Mapping[str, Any],
    by: int,
    udf: Mapping[str, str | None] | None = None,
) -> None:
    before, held = _existing(ctx, entity, id_)
    if entity.name in ("Ticket", "Task"):
        _check_primary(ctx, entity, before, given.get("AssignedResourceID"))
    values = {name: text for name, text in {**held, **(udf or {})}.items() if text is not None}
    row = Keeper(ctx, by).change(entity, before, given, values if udf else None, held)
    _insist(ctx, entity, row, given, values)


def _check_primary(ctx: Context, entity: Entity, before: model.Row, to: int | None) -> None:
    """Nobody is the primary resource of what he is a secondary one of: no screen of the vendor's lets that happen either."""
    if to is None or to == before["AssignedResourceID"]:
        return
    table = model.TABLES[f"{entity.name}SecondaryResource"].c
    same = (table.tenant == tenant_of(ctx).name, table[f"{entity.name}ID"] == before["id"], table.ResourceID == to)
    if ctx.db.execute(sa.select(table.id).where(*same).limit(1)).first() is not None:
        raise Misuse(
            f"resource {to} is a secondary resource of {entity.name} {before['id']} already and cannot be its primary one "
            f"too; delete that {entity.name}SecondaryResource first, or assign somebody else"
        )


def delete(ctx: Context, request: Any) -> dict[str, Any]:
    """Somebody deletes a record, with whatever hangs on it. `{"entity"?, "id"}`."""
    arguments = Arguments.of(ctx, request)
    entity, id_ = arguments.entity(), arguments.number()
    arguments.done()
    row, _ = _existing(ctx, entity, id_)
    _remove(ctx, entity, id_)
    Keeper(ctx, _first_resource(ctx)).gone(entity, row)
    return {"id": str(id_), "exists": False, "fields": {}}


def _remove(ctx: Context, entity: Entity, id_: int) -> None:
    """Take a record away; what needs it goes too, what merely names it forgets it, so that references stay whole."""
    tenant = tenant_of(ctx).name
    for other in ENTITIES.values():
        if other.name.startswith("Deleted"):  # a log outlives what it tells of
            continue
        for element in other.elements:
            # An attachment names what it hangs on by elements without field info.
            hanging = other.name == "AttachmentInfo" and not element.described and element.name == f"{entity.name}ID"
            if element.field.reference != entity.name and not hanging:
                continue
            table = model.TABLES[other.name]
            value: Any = str(id_) if element.form == "text" else id_
            found = (
                ctx.db.execute(sa.select(table.c.id).where(table.c.tenant == tenant, table.c[element.name] == value))
                .scalars()
                .all()
            )
            for each in found:
                held = model.read(ctx.db, tenant, other.name, each)
                if held is None:
                    continue
                if (element.field.required or hanging) and (other.name, each) != (entity.name, id_):
                    _remove(ctx, other, each)
                else:
                    model.replace(ctx.db, tenant, other, {**held[0], element.name: None}, held[1], False)
    if entity.name == "Ticket":
        _log_deletion(ctx, id_)
    held = model.read(ctx.db, tenant, entity.name, id_)
    model.remove(ctx.db, tenant, entity, id_)
    if held is not None:
        Keeper(ctx, API_USER).sum_up(entity, held[0])


def _log_deletion(ctx: Context, id_: int) -> None:
    """Deleted tickets leave an entry in the vendor's log of them."""
    ctx.cite("autotask.ticket.deleted_log")
    row, _ = _existing(ctx, ENTITIES["Ticket"], id_)
    by = _first_resource(ctx)
    Keeper(ctx, by).create(
        ENTITIES["DeletedTicketLog"],
        {
            "TicketID": id_,
            "TicketNumber": row["TicketNumber"],
            "TicketTitle": row["Title"],
            "DeletedByResourceID": by,
            "DeletedDateTime": stored_time(ctx.now),
        },
        {},
    )


def read(ctx: Context, request: Any) -> dict[str, Any]:
    """The truth of a record. `{"entity"?, "id"}`."""
    arguments = Arguments.of(ctx, request)
    if arguments.raw.get("id") == CUSTOMER:
        return customer.told(ctx)
    entity, id_ = arguments.entity(), arguments.number()
    arguments.done()
    return _truth(ctx, entity, id_)


def list_(ctx: Context, request: Any) -> dict[str, Any]:
    """The truth of all records of an entity by id. `{"entity"?, "after"?, "most"?}`."""
    arguments = Arguments.of(ctx, request)
    entity = arguments.entity()
    after, most = arguments.after(), arguments.whole("most", 100, 1, MOST)
    arguments.done()
    tenant = tenant_of(ctx).name
    known = model.definitions(ctx.db, tenant, entity.name)
    return {"records": [_record(entity, *each, known) for each in model.page(ctx.db, tenant, entity.name, after, most)]}


# --- actions ----------------------------------------------------------------------------------------------------------


def _by(ctx: Context, arguments: Arguments) -> int:
    """The resource that acts: given by id, else the first active one that is not the API user's."""
    if arguments.has("by"):
        id_ = arguments.number("by")
        if not model.exists(ctx.db, tenant_of(ctx).name, "Resource", id_):
            raise Misuse(f"'by' is the id of a resource, and there is no resource {id_}")
        return id_
    arguments.take("by")
    return _first_resource(ctx)


def _first_resource(ctx: Context) -> int:
    found = ctx.db.execute(_ACTIVE, {"tenant": tenant_of(ctx).name}).scalar()
    return API_USER if found is None else int(found)


_RESOURCE = model.TABLES["Resource"].c
_ACTIVE = (
    sa.select(_RESOURCE.id)
    .where(_RESOURCE.tenant == sa.bindparam("tenant"), _RESOURCE.Active == sa.true(), _RESOURCE.id != API_USER)
    .order_by(_RESOURCE.UserType, _RESOURCE.id.desc())
    .limit(1)
)


_NOTED = {
    "Ticket": "TicketNote",
    "Task": "TaskNote",
    "Project": "ProjectNote",
    "Account": "AccountNote",
    "Contract": "ContractNote",
    "InstalledProduct": "InstalledProductNote",
}


def _note(ctx: Context, arguments: Arguments, entity: Entity, id_: int, by: int) -> None:
    """`note`: its text."""
    if entity.name not in _NOTED:
        raise Misuse(f"{entity.name} has no notes; there are notes of {', '.join(_NOTED)}")
    note = ENTITIES[_NOTED[entity.name]]
    text = arguments.text("note", "A note.")
    given: dict[str, Any] = {f"{entity.name}ID": str(id_) if entity.name == "Contract" else id_}
    given["Note" if note.get("Note") else "Description"] = text
    given["Name" if note.get("Note") else "Title"] = text.partition("\n")[0][:100]
    if note.get("AssignedResourceID"):
        given["AssignedResourceID"] = by
    _add(ctx, note, {name: value for name, value in given.items() if note.get(name)}, by)


def _time(ctx: Context, arguments: Arguments, entity: Entity, id_: int, by: int) -> None:
    """`hours`, one without; `note`."""
    if entity.name not in ("Ticket", "Task"):
        raise Misuse("time is entered on tickets and tasks")
    hours = arguments.take("hours", 1)
    if isinstance(hours, bool) or not isinstance(hours, (int, float)) or not 0 < hours <= 24:
        raise Misuse(f"'hours' must be a number above 0 and up to 24, got {hours!r}")
    role = ctx.db.execute(
        sa.select(model.TABLES["ResourceRole"].c.RoleID)
        .where(
            model.TABLES["ResourceRole"].c.tenant == tenant_of(ctx).name,
            model.TABLES["ResourceRole"].c.ResourceID == by,
        )
        .order_by(model.TABLES["ResourceRole"].c.id)
        .limit(1)
    ).scalar()
    start = stored_time(ctx.now - round(hours * HOUR))
    _add(
        ctx,
        ENTITIES["TimeEntry"],
        {
            f"{entity.name}ID": id_,
            "ResourceID": by,
            "RoleID": role,
            "HoursWorked": float(hours),
            "StartDateTime": start,
            "EndDateTime": stored_time(ctx.now),
            "DateWorked": midnight(start),
            "SummaryNotes": arguments.text("note", "Worked on it."),
        },
        by,
    )


def _complete(ctx: Context, arguments: Arguments, entity: Entity, id_: int, by: int) -> None:
    """`note`: the resolution of a ticket."""
    given: dict[str, Any] = {"Status": _status(entity, picklists.COMPLETE)}
    if entity.name == "Ticket":
        given["Resolution"] = arguments.text("note", "Done.")
    _edit(ctx, entity, id_, given, by)


def _reopen(ctx: Context, arguments: Arguments, entity: Entity, id_: int, by: int) -> None:
    """Nothing more."""
    arguments.take("note")
    _edit(ctx, entity, id_, {"Status": _status(entity, 1)}, by)


def _status(entity: Entity, value: int) -> int:
    if entity.name not in ("Ticket", "Task", "Project"):
        raise Misuse("only tickets, tasks and projects are completed and reopened")
    return value


def _assign(ctx: Context, arguments: Arguments, entity: Entity, id_: int, by: int) -> None:
    """`to`: a resource's id; `role`, else one the resource has; `queue`, else the one linked to both, for tickets."""
    if entity.name not in ("Ticket", "Task"):
        raise Misuse("only tickets and tasks are assigned")
    arguments.take("note")
    to = arguments.number("to")
    table = model.TABLES["ResourceRole"]
    links = ctx.db.execute(
        sa.select(table.c.RoleID, table.c.QueueID)
        .where(table.c.tenant == tenant_of(ctx).name, table.c.ResourceID == to, table.c.Active == sa.true())
        .order_by(table.c.QueueID.is_(None), table.c.id)
    ).all()
    if not links:
        raise Misuse(f"'to' is the id of a resource with a role, and {to} has none")
    role = arguments.number("role") if arguments.has("role") else int(links[0].RoleID)
    linked = [each.QueueID for each in links if each.RoleID == role and each.QueueID is not None]
    if role not in [each.RoleID for each in links]:
        raise Misuse(f"resource {to} does not have the role {role}; it has {sorted({each.RoleID for each in links})}")
    given: dict[str, Any] = {"AssignedResourceID": to, "AssignedResourceRoleID": role}
    if entity.name == "Ticket":
        given["QueueID"] = arguments.number("queue") if arguments.has("queue") else (linked[0] if linked else None)
        check(ctx, entity, entity["QueueID"], given["QueueID"])
    arguments.take("role")
    arguments.take("queue")
    _edit(ctx, entity, id_, given, by)


Action = Callable[[Context, Arguments, Entity, int, int], None]
ACTIONS: Mapping[str, Action] = {
    "note": _note,
    "time": _time,
    "complete": _complete,
    "reopen": _reopen,
    "assign": _assign,
}


def act(ctx: Context, request: Any) -> dict[str, Any]:
    """Somebody works on a record: note, time, complete, reopen, assign. `{"entity"?, "id", "action", "by"?, "note"?}` and
    what the action takes. With the id `customer` it is the administrator who acts."""
    arguments = Arguments.of(ctx, request)
    if arguments.raw.get("id") == CUSTOMER:
        return customer.act(ctx, arguments)
    entity, id_, name, by = arguments.entity(), arguments.number(), arguments.text("action"), _by(ctx, arguments)
    if name == "update":
        fields = arguments.members("fields", required=True)
        arguments.done()
        row, udf = checked(ctx, entity, fields)
        _edit(ctx, entity, id_, row, by, udf)
        return _truth(ctx, entity, id_)
    if name not in ACTIONS:
        raise Misuse(
            f"there is no action {name!r} on records; there are {', '.join(ACTIONS)} and update, and for the id "
            f"{CUSTOMER!r} {', '.join(customer.ACTIONS)}{did_you_mean(name, (*ACTIONS, 'update'))}"
        )
    _existing(ctx, entity, id_)
    ACTIONS[name](ctx, arguments, entity, id_, by)
    arguments.done()
    return _truth(ctx, entity, id_)


ADMIN_OPERATIONS = operations(
    Operation("create", create, "somebody makes a record: entity?, fields?, by?"),
    Operation("act", act, f"somebody works on it: entity?, id, action ({', '.join(ACTIONS)}, update), by?, note?"),
    Operation("change", change, "somebody edits fields: entity?, id, fields, by?"),
    Operation("delete", delete, "somebody deletes it: entity?, id"),
    Operation("read", read, "its truth: entity?, id"),
    Operation("list", list_, "the truth of all, by id: entity?, after?, most?"),
    Operation("import", import_, "records and picklists as they are elsewhere: entity?, records, clear?"),
)
