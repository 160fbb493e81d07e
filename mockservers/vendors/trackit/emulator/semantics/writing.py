"""Creating and updating tickets, and deriving a priority. Knows no wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Unsupported
from mockservers.vendors.trackit.emulator import access, changes, fields, model, renderings
from mockservers.vendors.trackit.emulator.errors import refusal
from mockservers.vendors.trackit.emulator.requests import Asked, Members, bound
from mockservers.vendors.trackit.emulator.semantics import properties, workflow


def create(ctx: Context, asked: Asked) -> str:
    """POST /tickets (trackit.write.create); sent again, it makes another (trackit.write.no_idempotency)."""
    bound(asked)
    access.require(ctx, access.CREATE)
    given = properties.columns(ctx, properties.asked(ctx, asked.body))
    if not (given.get("f22") or "").strip():
        ctx.cite("trackit.write.nothing_required")
        if ctx.dialect["summary_required"] == "on":
            raise refusal("summary")
    _allowed(ctx, given, None)
    row = changes.create(ctx, given, changes.caller(ctx))
    return renderings.ticket(ctx, row["f1"], row["revision"])


def update(ctx: Context, asked: Asked) -> str:
    """POST /tickets/{id} (trackit.write.update)."""
    (id_,) = bound(asked, "id")
    access.require(ctx, access.EDIT, None)
    row = access.visible_ticket(ctx, id_)
    given = properties.columns(ctx, properties.asked(ctx, asked.body))
    _allowed(ctx, given, row)
    draft = None
    optional = asked.body.member(ctx, "OptionalParams")
    note = optional.member(ctx, "Note") if isinstance(optional, Members) else None
    if note is not None:
        ctx.cite("trackit.write.update_note")
        if ctx.dialect["update_note"] == "added":
            draft = workflow.draft_of(ctx, note, with_duration=True)
            access.require(ctx, access.CREATE_NOTE)
    author = changes.caller(ctx)
    row = changes.change(ctx, row, given, author)
    if draft is not None:
        row, _ = changes.add_note(ctx, row, draft, author)
    return renderings.ticket(ctx, id_, row["revision"])


def _allowed(ctx: Context, given: Mapping[str, Any], before: model.Row | None) -> None:
    """Raise the refusal for a group or a status that the caller may not give."""
    if "l_group" in given and not access.sees(ctx, given["l_group"], "Tickets"):
        raise refusal("permission", "trackit.segregation.own_groups", permission="to see the group")
    if "l_status" in given:
        ctx.cite("trackit.write.status_fields")
        closes = changes.status_of(ctx, given["l_status"]).get("type") == changes.CLOSED
        moved = before is None or before["l_status"] != given["l_status"]
        if closes and moved and ctx.dialect["closed_by_update"] == "needs_close":
            access.require(ctx, access.CLOSE)


def derive_priority(ctx: Context, asked: Asked) -> str:
    """POST /priorityheirarchy."""
    bound(asked)
    ctx.cite("trackit.read.priority_hierarchy")
    if ctx.dialect["priority_hierarchy"] == "unsupported":
        raise Unsupported("the answer of /priorityheirarchy")
    if not isinstance(asked.body, Members):
        raise refusal("body", "trackit.read.priority_hierarchy", member="CategoryId")
    row: dict[str, Any] = {"l_group": access.group_of(ctx, access.caller(ctx))}
    for module in changes.PRECEDENCE:
        name = f"{module.capitalize()}Id"
        given = asked.body.member(ctx, name)
        try:
            row[f"l_{module}"] = None if given is None else fields.kept("integer", given)
        except ValueError as error:
            raise refusal("value", name=name, takes=str(error)) from None
    found = changes.priority(ctx, row)
    facts = model.directory(ctx).get("priority", found)
    return renderings.some(ctx, {106: found, 107: facts.get("name"), 142: facts.get("duration")})
