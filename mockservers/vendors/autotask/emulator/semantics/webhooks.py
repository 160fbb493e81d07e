"""Webhooks of tickets as clients manage them by REST: found, made, changed and taken away, with their fields and exclusions.

They are not among the entities of the SOAP service, so queries of them are answered here, row by row: there are few.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn
from urllib.parse import urlsplit

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Refusal
from mockservers.vendors.autotask.emulator import access, webhooks
from mockservers.vendors.autotask.emulator.entities import Entity
from mockservers.vendors.autotask.emulator.limits import INVENTED
from mockservers.vendors.autotask.emulator.model import Row
from mockservers.vendors.autotask.emulator.requests import Asked, Found, Group, Info, Input, Response, Search, Test
from mockservers.vendors.autotask.emulator.rest.names import OF_ENTITY
from mockservers.vendors.autotask.emulator.semantics import values
from mockservers.vendors.autotask.emulator.semantics.checks import Call, Record
from mockservers.vendors.autotask.emulator.webhook_entities import EXCLUDED, FIELD, HOOK, WEBHOOK_ENTITIES

LOOPBACK = ("localhost", "127.0.0.1", "::1")
_OWN = {FIELD: "FieldID", EXCLUDED: "ResourceID"}
"""What a record of a webhook is about, of which there is one each."""


def mine(asked: Asked) -> Entity | None:
    """The kind of webhook record that a call of REST is about, if it is about one."""
    body = asked.body
    name = body.inputs[0].entity if hasattr(body, "inputs") and body.inputs else getattr(body, "entity", body)
    return WEBHOOK_ENTITIES.get(name) if asked.rest and isinstance(name, str) else None


# --- finding ----------------------------------------------------------------------------------------------------------


def search(ctx: Context, entity: Entity, body: Search) -> Found | int:
    """A page of records by ascending id, or how many there are."""
    access.demand(ctx, entity.name, "query")
    if body.defect is not None:
        raise Refusal(body.rule, "BODY", entity=entity.name.lower(), messages=(body.defect,))
    ctx.cite("autotask.webhook.records")
    rows = [row for row in _rows(ctx, entity.name) if _all(body.nodes, row)]
    if body.count:
        return len(rows)
    page = [row for row in rows if body.after is None or row["id"] > body.after]
    found = tuple((row, dict[str, str]()) for row in page[: body.most])
    return Found(entity.name, found, (), frozenset(), len(page) > body.most)


def _rows(ctx: Context, entity: str) -> list[Row]:
    rows = webhooks.records(ctx, entity)
    if entity == HOOK and rows:
        ctx.cite("autotask.webhook.ready")
        fields = webhooks.records(ctx, FIELD)
        for row in rows:
            row["Ready"] = webhooks.ready(fields, row["id"])
            ctx.secret(row["SecretKey"])
    return rows


def _all(nodes: Sequence[Test | Group], row: Row) -> bool:
    """Whether a row meets conditions, each of which is joined to those before it by its own operator."""
    met: bool | None = None
    for node in nodes:
        this = _all(node.nodes, row) if isinstance(node, Group) else _meets(node, row)
        joined = isinstance(node, Group) and (node.operator or "AND").upper() == "OR"
        met = this if met is None else (met or this) if joined else (met and this)
    return met is not False


def _meets(test: Test, row: Row) -> bool:
    value = row.get(test.name)
    return not test.udf and all(_compared(str(each.op), value, each.value) for each in test.expressions)


def _compared(operator: str, value: Any, text: str) -> bool:
    if operator in ("IsNull", "IsNotNull"):
        return (value is None) is (operator == "IsNull")
    if value is None:
        return False
    there: Any
    given: Any
    if isinstance(value, (bool, str)):
        there, given = str(value).casefold(), text.casefold()
    else:
        try:
            there, given = value, values.number("double", text)
        except values.Unconvertible:
            return False
    if operator in ("BeginsWith", "EndsWith", "Contains"):
        there, given = str(there), text.casefold()
    return _COMPARISONS[operator](there, given)


_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "Equals": lambda there, given: bool(there == given),
    "NotEqual": lambda there, given: bool(there != given),
    "GreaterThan": lambda there, given: bool(there > given),
    "GreaterThanOrEquals": lambda there, given: bool(there >= given),
    "LessThan": lambda there, given: bool(there < given),
    "LessThanOrEquals": lambda there, given: bool(there <= given),
    "BeginsWith": lambda there, given: bool(there.startswith(given)),
    "EndsWith": lambda there, given: bool(there.endswith(given)),
    "Contains": lambda there, given: given in there,
}


# --- writing ----------------------------------------------------------------------------------------------------------


def create(ctx: Context, entity: Entity, sent: Input) -> Response:
    """Make a webhook, or a field or an excluded resource of one."""
    access.demand(ctx, entity.name, "create")
    record = Record(Call(ctx), entity, sent, 1)
    row: Row = {**dict.fromkeys(each.name for each in entity.elements), **record.values()}
    if entity.name == HOOK:
        _check_hook(ctx, record, row, None)
        token = ctx.installation.ids.token("autotask.webhook", 16).hex()
        row["WebhookGUID"] = "-".join((token[:8], token[8:12], "4" + token[13:16], "a" + token[17:20], token[20:]))
        row["OwnerResourceID"], row["failures"] = access.caller(ctx).resource_id, 0
    else:
        _check_part(ctx, record, row)
    assert ctx.tenant is not None
    counters, stream = ctx.installation.ids.counters, f"autotask/{ctx.tenant.name}/{entity.name}"
    counters[stream] = row["id"] = counters.get(stream, 0) + 1
    webhooks.keep(ctx, entity.name, row)
    return _done(ctx, entity, row)


def update(ctx: Context, entity: Entity, sent: Input) -> Response:
    """Change a record; a webhook that is set active again begins to count failures anew."""
    access.demand(ctx, entity.name, "update")
    before = _existing(ctx, entity, sent)
    record = Record(Call(ctx), entity, sent, 1, before, partial=ctx.call.request.body.partial)
    row = {**before, **record.values()}
    if entity.name == HOOK:
        _check_hook(ctx, record, row, before)
        if before["Active"] and not row["Active"]:
            webhooks.deactivated(ctx, row)
        elif row["Active"] and not before["Active"]:
            row["failures"] = 0
        if any(before[name] != row[name] for name in ("WebhookUrl", "SecretKey")):
            webhooks.readdress(ctx, row)
    webhooks.keep(ctx, entity.name, row)
    return _done(ctx, entity, row)


def delete(ctx: Context, entity: Entity, sent: Input) -> Response:
    """Take a record away; with a webhook go its fields and exclusions."""
    access.demand(ctx, entity.name, "delete")
    row = _existing(ctx, entity, sent)
    webhooks.remove(ctx, entity.name, row["id"])
    if entity.name == HOOK:
        for part in _OWN:
            for each in webhooks.records(ctx, part):
                if each["WebhookID"] == row["id"]:
                    webhooks.remove(ctx, part, each["id"])
        webhooks.deactivated(ctx, row)
    return _done(ctx, entity, row)


def _done(ctx: Context, entity: Entity, row: Row) -> Response:
    ctx.cite("autotask.webhook.records")
    return Response(1, entity.name.lower(), infos=(Info(row["id"]),))


def _existing(ctx: Context, entity: Entity, sent: Input) -> Row:
    text = "" if sent.id is None else (sent.id.text or "").strip()
    found = (
        webhooks.one(ctx, entity.name, int(text)) if text.isascii() and text.isdecimal() and len(text) < 19 else None
    )
    parent: tuple[str, int] | None = ctx.call.request.body.parent
    if found is None or (parent is not None and found[parent[0]] != parent[1]):
        said = "No matching records found. The logged in resource may not have the required permissions."
        raise Refusal("autotask.update.missing", "BODY", entity=entity.name.lower(), messages=(said,))
    return found


def _refuse(rule: str, text: str) -> NoReturn:
    raise Refusal(rule, "BODY", entity=HOOK.lower(), messages=(f"{text}{INVENTED}",))


def _check_hook(ctx: Context, record: Record, row: Row, before: Row | None) -> None:
    for flag in ("IsSubscribedToCreateEvents", "IsSubscribedToUpdateEvents", "IsSubscribedToDeleteEvents"):
        row[flag] = bool(row[flag])
    for name in ("WebhookUrl", "DeactivationUrl"):
        if before is None or before[name] != row[name]:
            _check_address(ctx, name, row[name])
    if before is None or before["SecretKey"] != row["SecretKey"]:
        ctx.issued(row["SecretKey"])
    if ctx.dialect["webhook_duplicates"] == "refused":
        _check_duplicate(ctx, row, before)


def _check_address(ctx: Context, name: str, address: str) -> None:
    """The addresses to be called: https, or any on this machine where the dialect allows that (autotask.webhook.address)."""
    ctx.cite("autotask.webhook.address")
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    near = host in LOOPBACK or host in ctx.world.config.listener_hosts
    secure = parts.scheme.lower() == "https" or (
        parts.scheme.lower() == "http" and near and ctx.dialect["webhook_address"] == "loopback"
    )
    if not host or not secure:
        rest = OF_ENTITY[HOOK].named[name]
        _refuse(
            "autotask.webhook.address", f"{rest} must be an address that begins with https://, got {address[:200]}."
        )


def _check_duplicate(ctx: Context, row: Row, before: Row | None) -> None:
    """No second webhook calls the same address for the same events; one that is not active counts too."""
    events = [name for name in row if name.startswith("IsSubscribedTo") and row[name]]
    for other in webhooks.records(ctx, HOOK):
        same = other["WebhookUrl"] == row["WebhookUrl"] and any(other[name] for name in events)
        if same and (before is None or other["id"] != before["id"]):
            _refuse(
                "autotask.webhook.duplicates",
                f"The webhook {other['id']} calls this webhookUrl for these events already.",
            )


def _check_part(ctx: Context, record: Record, row: Row) -> None:
    """A field or an excluded resource belongs to a webhook, names what there is, and does so once."""
    own = _OWN[record.entity.name]
    ctx.cite("autotask.webhook.fields" if own == "FieldID" else "autotask.webhook.excluded")
    if webhooks.one(ctx, HOOK, row["WebhookID"]) is None:
        record.fail_in_line(
            "autotask.write.reference",
            "Reference value on field: WebhookID of type: ticketWebhook does not exist or is invalid.",
        )
    if own == "FieldID" and row[own] not in webhooks.FIELDS:
        record.fail_in_line("autotask.picklist.value", f"Picklist value [{row[own]}] does not exist for FieldID.")
    rows = webhooks.records(ctx, record.entity.name)
    if any(each["WebhookID"] == row["WebhookID"] and each[own] == row[own] for each in rows):
        _refuse("autotask.webhook.records", f"{OF_ENTITY[record.entity.name].named[own]} {row[own]} is there already.")


# --- descriptions -----------------------------------------------------------------------------------------------------


def choices() -> Mapping[str, str]:
    """The names of the fields that a webhook may be about, by FieldID (autotask.webhook.fields)."""
    named = OF_ENTITY["Ticket"].named
    rest = {number: named[each.name] for number, each in webhooks.FIELDS.items()}
    return {str(number): name[0].upper() + name[1:] for number, name in rest.items()}
