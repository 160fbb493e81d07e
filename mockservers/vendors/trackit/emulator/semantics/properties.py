"""The Properties of create and update: which fields they name, and which columns of a ticket they change.

Knows no wire and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mockservers.kernel.operations import Context
from mockservers.vendors.trackit.emulator import fields, model, renderings
from mockservers.vendors.trackit.emulator.errors import refusal
from mockservers.vendors.trackit.emulator.fields import MODULES, TICKET, Field
from mockservers.vendors.trackit.emulator.requests import Members
from mockservers.vendors.trackit.emulator.semantics import workflow


def _folded(label: str) -> str:
    return label.strip().casefold()


_ORIGINAL = {_folded(field.label): number for number, field in TICKET.items()}


def _current(ctx: Context) -> Mapping[str, int]:
    assert ctx.tenant is not None
    key = ("trackit.labels", ctx.tenant.name)
    found: dict[str, int] | None = ctx.installation.cache.get(key)
    if found is None:
        found = {}
        for number, label in renderings.labels(ctx).items():
            found.setdefault(_folded(label), number)
        ctx.installation.cache[key] = found
    return found


_OF_ASSIGNMENTS = {_folded(field.label): number for number, field in model.ASSIGNMENT.fields.items()}


def _named(ctx: Context, name: str, kind: model.Kind) -> Field | None:
    """The field that a key of Properties names, by its number or by its label."""
    text = name.strip()
    if text.isascii() and text.isdecimal() and len(text) < 6:
        return kind.fields.get(int(text))
    ctx.cite("trackit.wire.property_key")
    if kind is model.ASSIGNMENT:
        return kind.fields.get(_OF_ASSIGNMENTS.get(_folded(name), 0))
    number = _current(ctx).get(_folded(name))
    if number is None:
        number = _ORIGINAL.get(_folded(name))
        if number is not None:
            ctx.note("trackit.wire.property_key", f"{name!r} was renamed; numbers never change", field=number)
    return None if number is None else TICKET[number]


def passed_over(ctx: Context, rule: str, kind: str, name: str, told: str) -> None:
    """Something in Properties that has no effect, or is refused where the dialect says so."""
    if ctx.dialect["unwritable_property"] == "reject":
        raise refusal(kind, name=name)
    ctx.note(rule, told, property=name[:200])


_SHOWN: Mapping[str, tuple[type, ...]] = {
    "integer": (int,),
    "decimal": (float, int),
    "boolean": (bool,),
    "text": (str,),
    "datetime": (str,),
}
"""How JSON values of each form are read when they come as answers show them."""


def _kept(ctx: Context, name: str, field: Field, value: Any) -> Any:
    if type(value) not in _SHOWN[field.form]:
        ctx.cite("trackit.write.value")
    try:
        kept = fields.kept(field.form, value)
    except ValueError as error:
        raise refusal("value", name=name, takes=str(error)) from None
    if field.form == "text" and field.link is None and ("<" in kept or kept != kept.strip()):
        ctx.cite("trackit.write.text_kept")
    return kept


def asked(ctx: Context, body: Any) -> Members:
    """The Properties of a body; raises the refusal for a body without them."""
    found = body.member(ctx, "Properties") if isinstance(body, Members) else None
    if not isinstance(found, Members):
        workflow.find_wrapper(ctx, body)
        raise refusal("body", member="Properties")
    workflow.drop(ctx, body, "Properties")
    return found


def columns(ctx: Context, given: Members, kind: model.Kind = model.TICKET) -> dict[str, Any]:
    """The columns that Properties of a ticket or an assignment change, with their values in kept form."""
    changed: dict[str, Any] = {}
    linked: dict[str, tuple[str, Field, Any]] = {}
    for name, field, value in _writable(ctx, given.pairs, kind):
        if value is None:
            ctx.cite("trackit.write.null")
            if ctx.dialect["null_property"] == "ignore":
                continue
        kept = None if value is None else _kept(ctx, name, field, value)
        if field.link is not None:
            linked[field.link] = (name, field, kept)
        else:
            changed[field.column] = kept
    for link, (name, field, value) in linked.items():
        if value is None:
            changed[f"l_{link}"] = None
            continue
        found = _record(ctx, link, field, value)
        if found is None:
            told = f"no record of the module has this value for field {field.number}, so nothing is linked"
            passed_over(ctx, "trackit.write.virtual_unknown", "link", name, told)
        else:
            changed[f"l_{link}"] = found
    if changed.get("l_status", 0) is None:
        # A ticket is never without a status.
        del changed["l_status"]
    return changed


def _writable(ctx: Context, pairs: Iterable[tuple[str, Any]], kind: model.Kind) -> list[tuple[str, Field, Any]]:
    found: list[tuple[str, Field, Any]] = []
    seen: set[int] = set()
    links: set[str] = set()
    for name, value in pairs:
        field = _named(ctx, name, kind)
        if field is None or not field.writable:
            told = "there is no such field" if field is None else f"field {field.number} cannot be written"
            passed_over(ctx, "trackit.write.read_only_key", "property", name, told)
            continue
        if field.number in seen:
            ctx.note("trackit.write.last_wins", f"field {field.number} is given more than once; the last one counts")
        elif field.link in links:
            ctx.cite("trackit.write.last_wins")
        seen.add(field.number)
        if field.link is not None:
            links.add(field.link)
        found.append((name, field, value))
    return found


def _record(ctx: Context, link: str, field: Field, value: Any) -> int | None:
    """The record that a display field's value, or a number, leads to."""
    directory, module = model.directory(ctx), MODULES[link]
    if field.attribute is None:
        return value if value in directory[module] else None
    ctx.cite("trackit.write.virtual")
    return directory.find(module, field.attribute, value)
