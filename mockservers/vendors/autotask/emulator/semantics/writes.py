"""create, update and delete: at most 200 entities a call, all of them or none.

A refusal leaves the call's transaction, so nothing of it stays. Knows no XML.
"""

from __future__ import annotations

from collections.abc import Mapping

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Refusal
from mockservers.vendors.autotask.emulator import access, entities, model, renderings
from mockservers.vendors.autotask.emulator.entities import CATALOGUE, Entity
from mockservers.vendors.autotask.emulator.limits import INVENTED
from mockservers.vendors.autotask.emulator.model import Row
from mockservers.vendors.autotask.emulator.renderings import Profile
from mockservers.vendors.autotask.emulator.requests import Asked, Info, Input, Response, Write
from mockservers.vendors.autotask.emulator.semantics import particulars, values
from mockservers.vendors.autotask.emulator.semantics.changes import Keeper
from mockservers.vendors.autotask.emulator.semantics.checks import Call, Record
from mockservers.vendors.autotask.emulator.semantics.query import known

MOST = int(CATALOGUE.facts["limits"]["write_entities"])


def create(ctx: Context, asked: Asked) -> Response:
    """Create entities; raises the refusal of the first record that cannot be."""
    inputs, call, keeper = _inputs(ctx, asked), Call(ctx), Keeper.of(ctx)
    pieces, infos = [], []
    for n, sent in enumerate(inputs, start=1):
        entity = _entity(ctx, sent, "create")
        record = Record(call, entity, sent, n)
        made, udf = record.values(), record.udf()
        given = {**model.empty(entity), **made}
        particulars.check(record, given, keeper.creator)
        found = particulars.duplicate(record, given)
        row = keeper.create(entity, made, udf)
        call.found.add((entity.name, row["id"]))
        if entity.name.startswith("UserDefined"):
            call.definitions.clear()
        stale = {**given, "id": row["id"]}
        pieces.append(_answered(ctx, entity, row, stale, udf))
        infos.append(Info(row["id"], _action(ctx, "Created"), duplicate_found=found))
    return _response(inputs, pieces, infos)


def update(ctx: Context, asked: Asked) -> Response:
    """Replace entities; raises the refusal of the first record that cannot be."""
    inputs, call, keeper = _inputs(ctx, asked), Call(ctx), Keeper.of(ctx)
    pieces, infos = [], []
    for n, sent in enumerate(inputs, start=1):
        entity = _entity(ctx, sent, "update")
        before, udf_before = _found(ctx, entity, sent, n, "update")
        record = Record(call, entity, sent, n, before, udf_before, partial=asked.body.partial)
        made, udf = record.values(), record.udf()
        stale = {**before, **made}
        particulars.check(record, stale, keeper.creator)
        moved = udf != udf_before
        row = keeper.change(entity, before, made, udf if moved else None, udf_before)
        if entity.name.startswith("UserDefined"):
            call.definitions.clear()
        pieces.append(_answered(ctx, entity, row, stale, udf))
        infos.append(Info(row["id"], _action(ctx, "Updated")))
    return _response(inputs, pieces, infos)


def delete(ctx: Context, asked: Asked) -> Response:
    """Delete entities; raises the refusal of the first one that cannot be."""
    inputs, keeper = _inputs(ctx, asked), Keeper.of(ctx)
    for n, sent in enumerate(inputs, start=1):
        entity = _entity(ctx, sent, "delete")
        before, _ = _found(ctx, entity, sent, n, "delete")
        if entity.name == "TimeEntry":
            particulars.proxy(Record(Call(ctx), entity, sent, n, before), before["ResourceID"], keeper.creator)
        keeper.remove(entity, before)
    ctx.cite("autotask.wire.delete")
    return _response(inputs, [], [])


# --- what the three share ---------------------------------------------------------------------------------------------


def _inputs(ctx: Context, asked: Asked) -> tuple[Input, ...]:
    body: Write = asked.body
    if not body.inputs:
        said = (
            "The call holds no entity, so nothing was done; entities are expected as Entity elements inside Entities."
        )
        ctx.note("autotask.write.empty", said)
        if ctx.dialect["empty_write"] == "refuse":
            raise Refusal("autotask.write.empty", "BODY", entity="", messages=(f"No entity was sent.{INVENTED}",))
    if len(body.inputs) > MOST:
        first = body.inputs[0].entity.lower() if entities.find(body.inputs[0].entity) is not None else ""
        text = f"A call takes at most {MOST} entities; {len(body.inputs)} were sent.{INVENTED}"
        raise Refusal("autotask.write.max_200", "BODY", entity=first, messages=(text,))
    return body.inputs


def _entity(ctx: Context, sent: Input, deed: str) -> Entity:
    """The kind of a sent entity, if it and the caller allow the deed."""
    entity = known(ctx, sent.entity)
    if not entity.more[f"can_{deed}"]:
        rule = "autotask.delete.allowed" if deed == "delete" else "autotask.write.not_allowed"
        refusal = access.denied(entity.name, deed)
        raise Refusal(rule, refusal.kind, **refusal.facts)
    access.demand(ctx, entity.name, deed)
    return entity


def _found(ctx: Context, entity: Entity, sent: Input, n: int, deed: str) -> tuple[Row, Mapping[str, str]]:
    """The row that a sent entity names, if it is in reach."""
    assert ctx.tenant is not None
    text = None if sent.id is None else sent.id.text
    id_: int | None = None  # without one nothing is meant, not the own company, whose id is 0
    if text is not None and text.strip():
        try:
            id_ = int(values.number("long", text))
        except values.Unconvertible:
            Record(Call(ctx), entity, sent, n).fail_in_line(
                "autotask.write.convert", "Can not convert data to numeric in field: id."
            )
    reached = access.visible(ctx, entity.name)
    found = None if id_ is None else model.read(ctx.db, ctx.tenant.name, entity.name, id_, reached)
    parent: tuple[str, int] | None = ctx.call.request.body.parent
    if found is not None and parent is not None and found[0][parent[0]] != parent[1]:
        found = None
    if found is None:
        raise Refusal(
            "autotask.update.missing",
            "BODY",
            entity=entity.name.lower(),
            messages=(
                "No matching records found. The logged in resource may not have the required permissions to "
                f"{deed} the data.",
            ),
        )
    return found


def _action(ctx: Context, deed: str) -> str:
    return deed if ctx.dialect["database_action"] == "actual" else "None"


def _answered(ctx: Context, entity: Entity, row: Row, stale: Row, udf: Mapping[str, str]) -> str:
    """The entity as the call hands it back: `stale` lacks what is worked out later (autotask.create.only_id)."""
    assert ctx.tenant is not None
    shown = row
    if ctx.dialect["create_answer"] != "filled":
        ctx.cite("autotask.create.only_id")
        shown = stale
    profile = Profile.of(ctx.dialect, access.hidden_fields(ctx, entity.name))
    definitions = model.definitions(ctx.db, ctx.tenant.name, entity.name) if udf else ()
    return renderings.entity(entity, shown, udf, definitions, profile)


def _response(inputs: tuple[Input, ...], pieces: list[str], infos: list[Info]) -> Response:
    return Response(1, inputs[0].entity.lower() if inputs else "", tuple(pieces), (), tuple(infos))
