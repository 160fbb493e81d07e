"""What other people do at the vendor: technicians and customers who open, change, merge and delete tickets.

Every change moves last_updated, updated_by and updater_type; both ends of a reference stay in step. Knows no wire.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from mockservers.kernel import instants
from mockservers.kernel.operations import Context, Operation, operations
from mockservers.kernel.people import CUSTOMER
from mockservers.kernel.rules import Misuse
from mockservers.registry import did_you_mean
from mockservers.vendors.get_tickets.emulator import attachments, chronicle, customer, lag, phrases
from mockservers.vendors.get_tickets.emulator.arguments import Arguments, Values
from mockservers.vendors.get_tickets.emulator.directory import ids, next_number, settle, stamp, tenant_of
from mockservers.vendors.get_tickets.emulator.importing import import_
from mockservers.vendors.get_tickets.emulator.model import (
    EMPTY,
    OUTPUTS,
    PENDING,
    TICKET,
    TICKETS,
    custom_names,
    shown,
    whole_second,
)

DERIVED = {
    "tid": "the number of a ticket never changes",
    "merged": "use the action merge",
    "merged_to": "use the action merge",
    "children_tickets": "it follows from the parent_ticket of others, or use the action spawn",
}


# --- tickets as they are ------------------------------------------------------------------------------------------------


def _existing(ctx: Context, tid: int) -> Values:
    found = lag.truth(ctx, tenant_of(ctx), tid)
    if found is None:
        raise Misuse(f"there is no ticket {tid}; list the records to see which there are")
    return found


def _record(values: Values | None, tid: int) -> dict[str, Any]:
    if values is None:
        return {"id": str(tid), "exists": False, "fields": {}}
    return {"id": str(tid), "exists": True, "fields": {name: shown(name, values[name]) for name in OUTPUTS}}


def _by(arguments: Arguments) -> str:
    return str(arguments.like("by", "updated_by", "guest"))


# --- references between tickets ---------------------------------------------------------------------------------------


def _children(values: Values) -> list[str]:
    return [each for each in values["children_tickets"].split(",") if each]


def _adopt(ctx: Context, images: dict[int, Values | None], child: int, old: int, new: int) -> None:
    """Move `child` from one parent's list to another's; 0 is none (get_tickets.field.family)."""

    def image(tid: int) -> Values | None:
        if tid not in images:
            images[tid] = lag.truth(ctx, tenant_of(ctx), tid)
        return images[tid]

    former = image(old) if old else None
    if former is not None:
        former["children_tickets"] = ",".join(each for each in _children(former) if each != str(child))
    if new:
        above, seen = new, {child}
        while above:
            if above in seen:
                raise Misuse(f"ticket {child} cannot have the parent {new}: it would be its own ancestor")
            seen.add(above)
            ancestor = image(above) if above == new else lag.truth(ctx, tenant_of(ctx), above)
            if ancestor is None:
                raise Misuse(f"there is no ticket {above} to be a parent")
            above = ancestor["parent_ticket"]
        parent = images[new]
        assert parent is not None
        parent["children_tickets"] = ",".join([*_children(parent), str(child)])
    for tid in [each for each, values in images.items() if values is None and each in (old, new)]:
        del images[tid]


# --- operations -------------------------------------------------------------------------------------------------------


def create(ctx: Context, request: Any) -> dict[str, Any]:
    """Somebody opens a ticket; what is not given is made up plausibly. `{"fields"?, "by"?, "delay"?}`."""
    arguments = Arguments.of(ctx, request)
    given, delay = arguments.fields(), arguments.delay()
    if arguments.take("by") is not None:
        # A technician, a customer, or the word of a channel (get_tickets.field.opened_by).
        given = {"opened_by": arguments.like("by", "opened_by"), **given}
    arguments.done()
    tid = given.get("tid") or next_number(ctx)
    if "tid" in given and lag.truth(ctx, tenant_of(ctx), tid) is not None:
        raise Misuse(f"there is a ticket {tid} already; leave tid out to get the next number")
    for name in ("merged", "merged_to", "children_tickets"):
        if given.get(name) not in (None, "", "N"):
            raise Misuse(f"a new ticket cannot be given {name}: {DERIVED[name]}")
    values = {**EMPTY, **_plausible(ctx, tid), **given, "tid": tid}
    settle(ctx, values, {"cid": values["cid"], **given})
    opener = values["opened_by"]
    stamp(ctx, values, values["cid"] if opener == "WEBSITE" else opener, given)
    if values["date_opened"] is None:
        values["date_opened"] = whole_second(ctx.now)
    if "last_updated" not in given:
        values["last_updated"] = values["date_opened"]
    images: dict[int, Values | None] = {tid: values}
    if values["parent_ticket"]:
        _adopt(ctx, images, tid, 0, values["parent_ticket"])
    shown_at = lag.change(ctx, tenant_of(ctx), images, delay)
    chronicle.write(ctx, [(values, "Ticket opened")], shown_at)
    return _record(values, tid)


def _plausible(ctx: Context, tid: int) -> Values:
    """A new ticket of one of the tenant's customers, the same for the same seed and number."""
    source = ctx.installation.ids.source(f"get_tickets.ticket.{tenant_of(ctx)}.{tid}")
    customers = ids(ctx, "customer")
    values = phrases.new_ticket(source)
    values["cid"] = source.choice(customers) if customers else "demo"
    values["opened_by"] = "WEBSITE" if values["source"] == "WEBSITE" else values["cid"]
    if "\n" in values["opened_by"]:
        values["opened_by"] = "WEBSITE"
    return values


def change(ctx: Context, request: Any) -> dict[str, Any]:
    """Somebody edits fields. `{"id", "fields", "by"?, "delay"?}`."""
    arguments = Arguments.of(ctx, request)
    tid, given, by, delay = arguments.number(), arguments.fields(), _by(arguments), arguments.delay()
    arguments.done()
    return _edit(ctx, tid, given, by, delay)


def _edit(ctx: Context, tid: int, given: Values, by: str, delay: int, note: str = "") -> dict[str, Any]:
    values = _existing(ctx, tid)
    for name, reason in DERIVED.items():
        if name in given and given[name] != values[name]:
            raise Misuse(f"{name} cannot be changed directly: {reason}")
    if "date_opened" in given and given["date_opened"] is None:
        raise Misuse("date_opened is never empty: every ticket was opened")
    former = values["parent_ticket"]
    values.update(given)
    settle(ctx, values, given)
    stamp(ctx, values, by, given)
    images: dict[int, Values | None] = {tid: values}
    if values["parent_ticket"] != former:
        _adopt(ctx, images, tid, former, values["parent_ticket"])
    shown_at = lag.change(ctx, tenant_of(ctx), images, delay)
    chronicle.write(ctx, [(values, note or f"Changed: {', '.join(given) or 'nothing'}")], shown_at)
    return _record(values, tid)


def delete(ctx: Context, request: Any) -> dict[str, Any]:
    """Somebody deletes a ticket: its parent forgets it, its children lose their parent. `{"id", "delay"?}`."""
    arguments = Arguments.of(ctx, request)
    tid, delay = arguments.number(), arguments.delay()
    arguments.done()
    values = _existing(ctx, tid)
    images: dict[int, Values | None] = {tid: None}
    parent = lag.truth(ctx, tenant_of(ctx), values["parent_ticket"]) if values["parent_ticket"] else None
    if parent is not None:
        parent["children_tickets"] = ",".join(each for each in _children(parent) if each != str(tid))
        images[parent["tid"]] = parent
    for each in _children(values):
        child = lag.truth(ctx, tenant_of(ctx), int(each))
        if child is not None:
            child["parent_ticket"] = 0
            images[int(each)] = child
    for other in _merged_into(ctx, tid):
        merged = images.get(other) or _existing(ctx, other)
        merged["merged_to"] = None
        images[other] = merged
    gone = lag.change(ctx, tenant_of(ctx), images, delay)
    chronicle.forget(ctx, tid, gone)
    attachments.forget(ctx, tid, gone)
    return _record(None, tid)


def _merged_into(ctx: Context, tid: int) -> list[int]:
    visible = sa.select(TICKETS.c.tid).where(TICKETS.c.tenant == tenant_of(ctx), TICKETS.c.merged_to == tid)
    waiting = sa.select(PENDING.c.tid).where(PENDING.c.tenant == tenant_of(ctx))
    found = {*ctx.db.execute(visible).scalars(), *ctx.db.execute(waiting).scalars()} - {tid}
    return sorted(each for each in found if (lag.truth(ctx, tenant_of(ctx), each) or {}).get("merged_to") == tid)


def read(ctx: Context, request: Any) -> dict[str, Any]:
    """The truth of a ticket, seen by clients or not, or of the customer. `{"id"}`."""
    arguments = Arguments.of(ctx, request)
    if arguments.take("id") == CUSTOMER:
        arguments.done()
        return customer.told(ctx)
    tid = arguments.number()
    arguments.done()
    return _record(lag.truth(ctx, tenant_of(ctx), tid), tid)


def list_(ctx: Context, request: Any) -> dict[str, Any]:
    """The truth of all tickets by number, or of all that hangs on them. `{"after"?, "most"?, "entity"?}`."""
    arguments = Arguments.of(ctx, request)
    entity, most = arguments.text("entity", "ticket"), arguments.whole("most", 100, 1, 10_000)
    if entity in customer.NAMED:
        last = arguments.text("after", "")
        arguments.done()
        return {"records": customer.records(ctx, entity, last, most)}
    after = arguments.after() or 0
    arguments.done()
    if entity == "history":
        return {"records": chronicle.records(ctx, after, most)}
    if entity == "attachment":
        return {"records": attachments.records(ctx, after, most)}
    if entity != "ticket":
        raise Misuse(f"'entity' must be ticket, history, attachment, {', '.join(customer.NAMED)}, got {entity!r}")
    return {"records": [_record(each, each["tid"]) for each in lag.truths(ctx, tenant_of(ctx), after, most)]}


def define(ctx: Context, request: Any) -> dict[str, Any]:
    """An administrator defines the custom fields anew, in this order. `{"custom_fields": [names]}`."""
    arguments = Arguments.of(ctx, request)
    wanted = arguments.take("custom_fields")
    arguments.done()
    if not isinstance(wanted, list):
        raise Misuse(f"'custom_fields' must be a list of names in order, got {wanted!r}")
    assert ctx.tenant is not None
    try:
        names = custom_names(wanted)
    except ValueError as error:
        raise Misuse(str(error)) from error
    ctx.tenant.facts["custom_fields"] = list(names)
    ctx.installation.cache.clear()
    return {"custom_fields": list(names)}


# --- actions ----------------------------------------------------------------------------------------------------------

Action = Callable[[Arguments, Values, dict[int, Values | None]], None]


def _close(arguments: Arguments, values: Values, images: dict[int, Values | None]) -> None:
    values["status"] = "Closed"
    if values["date_closed"] is None:
        values["date_closed"] = whole_second(arguments.ctx.now)


def _reopen(arguments: Arguments, values: Values, images: dict[int, Values | None]) -> None:
    if values["merged"] == "Y":
        raise Misuse(f"ticket {values['tid']} was merged into another; that is not undone by reopening it")
    values["status"], values["date_closed"] = "Open", None


def _assign(arguments: Arguments, values: Values, images: dict[int, Values | None]) -> None:
    to, group = arguments.take("to"), arguments.take("group")
    if to is None and group is None:
        raise Misuse("assign needs 'to' (a technician's id), 'group' (a group's name), or both; empty text unassigns")
    given: Values = {}
    if to is not None:
        given["assigned_tech"] = arguments.like("to", "assigned_tech")
    if group is not None:
        given["assigned_group_name"] = arguments.like("group", "assigned_group_name")
    values.update(given)
    settle(arguments.ctx, values, given)


def _lock(arguments: Arguments, values: Values, images: dict[int, Values | None]) -> None:
    if values["locked"] == "Y":
        raise Misuse(f"ticket {values['tid']} is locked already, by {values['locked_by']!r}")
    values["locked"], values["locked_by"] = "Y", arguments.like("by", "locked_by", "guest")


def _unlock(arguments: Arguments, values: Values, images: dict[int, Values | None]) -> None:
    values["locked"], values["locked_by"] = "N", ""


def _merge(arguments: Arguments, values: Values, images: dict[int, Values | None]) -> None:
    into = arguments.number("into")
    if into == values["tid"] or values["merged"] == "Y":
        raise Misuse(f"ticket {values['tid']} cannot be merged into {into}: it is the same, or merged already")
    target = _existing(arguments.ctx, into)
    if target["merged"] == "Y":
        raise Misuse(f"ticket {into} was itself merged into {target['merged_to']}; merge into that one")
    values["merged"], values["merged_to"] = "Y", into
    _close(arguments, values, images)
    stamp(arguments.ctx, target, _by(arguments))
    images[into] = target


def _note(arguments: Arguments, values: Values, images: dict[int, Values | None]) -> None:
    """Work is recorded: only the time and author of the last change move."""


ACTIONS: dict[str, Action] = {
    "close": _close,
    "reopen": _reopen,
    "assign": _assign,
    "lock": _lock,
    "unlock": _unlock,
    "merge": _merge,
    "note": _note,
}
NAMES = (*ACTIONS, "update", "spawn", "attach")


def act(ctx: Context, request: Any) -> dict[str, Any]:
    """Somebody works on a ticket. `{"id", "action", "by"?, "note"?, "delay"?}` and what the action takes: assign `to`,
    `group`; merge `into`; update and spawn `fields`; attach `file`, `size`. spawn returns the child, the others the ticket."""
    arguments = Arguments.of(ctx, request)
    if arguments.take("id") == CUSTOMER:
        arguments.administration(customer.ACTIONS)(ctx, arguments)
        arguments.done()
        return customer.told(ctx)
    tid, name, by, delay = arguments.number(), arguments.text("action"), _by(arguments), arguments.delay()
    note = str(arguments.like("note", "summary", ""))
    if name not in NAMES:
        raise Misuse(f"there is no action {name!r}; there are {', '.join(NAMES)}{did_you_mean(name, NAMES)}")
    if name in ("update", "spawn"):
        given = arguments.fields()
        arguments.done()
        return (_edit if name == "update" else _spawn)(ctx, tid, given, by, delay, note)
    if name == "attach":
        return _attach(arguments, tid, by, delay, note)
    values = _existing(ctx, tid)
    images: dict[int, Values | None] = {tid: values}
    ACTIONS[name](arguments, values, images)
    arguments.done()
    stamp(ctx, values, by)
    told = [(values, note or _words(name, values))]
    told += [
        (other, f"Ticket {tid} was merged into this one") for other in images.values() if other and other is not values
    ]
    chronicle.write(ctx, told, lag.change(ctx, tenant_of(ctx), images, delay))
    return _record(values, tid)


def _attach(arguments: Arguments, tid: int, by: str, delay: int, note: str) -> dict[str, Any]:
    """A file comes to hang on the ticket."""
    ctx = arguments.ctx
    file, size = str(arguments.like("file", "subject", "favicon.ico")), arguments.whole("size", 32_983, 0, 1 << 40)
    arguments.done()
    values = _existing(ctx, tid)
    stamp(ctx, values, by)
    shown_at = lag.change(ctx, tenant_of(ctx), {tid: values}, delay)
    attachments.keep(ctx, tid, file, size, shown_at)
    chronicle.write(ctx, [(values, note or f"Attached {file}")], shown_at)
    return _record(values, tid)


def _words(action: str, values: Values) -> str:
    """What an entry says of an action that nobody wrote a note for."""
    if action == "assign":
        return f"Assigned to {values['assigned_tech'] or 'nobody'}, {values['assigned_group_name'] or 'no group'}"
    if action == "merge":
        return f"Merged into {values['merged_to']}"
    return {"close": "Ticket closed", "reopen": "Ticket opened again", "lock": "Locked", "unlock": "Unlocked"}.get(
        action, "Note"
    )


def _spawn(ctx: Context, tid: int, given: Values, by: str, delay: int, note: str) -> dict[str, Any]:
    """A new ticket made from this one, of the same customer."""
    parent = _existing(ctx, tid)
    if "parent_ticket" in given:
        raise Misuse(f"the parent of what ticket {tid} spawns is ticket {tid}; leave parent_ticket out")
    fields = {
        "cid": parent["cid"],
        "category": parent["category"],
        "priority": parent["priority"],
        "subject": parent["subject"],
        **{name: shown(name, value) for name, value in given.items()},
    }
    child = create(ctx, {"fields": {**fields, "parent_ticket": tid}, "by": by, "delay": delay / instants.SECOND})
    parent = _existing(ctx, tid)
    stamp(ctx, parent, by)
    shown_at = lag.change(ctx, tenant_of(ctx), {tid: parent}, delay)
    chronicle.write(ctx, [(parent, note or f"Ticket {child['id']} was made from this one")], shown_at)
    return child


ADMIN_OPERATIONS = operations(
    Operation("create", create, "somebody opens a ticket: fields?, by?, delay?"),
    Operation("act", act, f"somebody works on it: id, action ({', '.join(NAMES)}), by?, delay?"),
    Operation("change", change, "somebody edits fields: id, fields, by?, delay?"),
    Operation("delete", delete, "somebody deletes it: id, delay?"),
    Operation("read", read, "its truth: id"),
    Operation(
        "list",
        list_,
        f"the truth of all, by number: after?, most?, entity? (ticket, history, attachment, {', '.join(customer.NAMED)})",
    ),
    Operation("import", import_, "tickets as they are elsewhere: records, clear?"),
    Operation("define", define, "the custom fields are defined anew: custom_fields"),
)

assert {f.name for f in TICKET.fields if f.read_only} == set(DERIVED), "catalogue and records disagree"
