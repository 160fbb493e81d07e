"""Calls to listeners: who wants to hear of a ticket that is made, changed or deleted, what a call says, and what follows.

`created`, `changed` and `deleted` are asked at every change of a ticket, whoever makes it by whatever service, so they cost
nothing where nobody listens. Records of webhooks are few, and kept as JSON under the names of their entities.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import sqlalchemy as sa

from mockservers.kernel import webhooks
from mockservers.kernel.instants import SECOND
from mockservers.kernel.journal import Headers
from mockservers.kernel.operations import Context
from mockservers.kernel.store import Text
from mockservers.kernel.webhooks import Delivery, Reply, Webhooks
from mockservers.vendors.autotask.emulator.entities import SCALE, Element
from mockservers.vendors.autotask.emulator.model import METADATA, TABLES, Row
from mockservers.vendors.autotask.emulator.renderings import time
from mockservers.vendors.autotask.emulator.rest.names import OF_ENTITY
from mockservers.vendors.autotask.emulator.webhook_entities import EXCLUDED, FIELD, HOOK

CREATE, UPDATE, DELETE, DEACTIVATED = "ticket.create", "ticket.update", "ticket.delete", "webhook.deactivated"
ACTIONS: Mapping[str, str] = {CREATE: "Create", UPDATE: "Update", DELETE: "Delete", DEACTIVATED: "Deactivated"}
"""What a call says of an event."""
PATIENCE = 10
"""Seconds that a listener has (autotask.webhook.patience)."""
PAUSE, MOST_ATTEMPTS = 30 * SECOND, 5
"""Between two attempts, and how many there are (autotask.webhook.retry)."""
MOST_FAILURES = 25
"""In a row, of attempts or of events (autotask.webhook.disabled)."""
SIGNATURE = "X-Hook-Signature"
STRANGE = 900_000_001
"""The number of the ticket that a forged call tells of."""

_TICKET = OF_ENTITY["Ticket"]
_MOVING = re.compile(r"^Last.*(Activity|Modif)|^StatusLastModified")
FIELDS: Mapping[int, Element] = dict(
    enumerate(
        (
            each
            for each in (_TICKET.entity[soap] for soap in sorted(_TICKET.named))
            if each.described and not _MOVING.match(each.name)
        ),
        start=1,
    )
)
"""The fields of tickets that a webhook may be about, by FieldID; the numbers are our choice (autotask.webhook.fields)."""

RECORDS = sa.Table(
    "at_webhooks",
    METADATA,
    sa.Column("tenant", Text, primary_key=True),
    sa.Column("entity", Text, primary_key=True),
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("body", Text, nullable=False),
)
DELIVERIES = webhooks.table(METADATA)


# --- records ----------------------------------------------------------------------------------------------------------


def _tenant(ctx: Context) -> str:
    assert ctx.tenant is not None
    return ctx.tenant.name


def records(ctx: Context, entity: str) -> list[Row]:
    """The records of an entity of the call's tenant, oldest first."""
    query = sa.select(RECORDS.c.body).where(RECORDS.c.tenant == _tenant(ctx), RECORDS.c.entity == entity)
    return [json.loads(body) for body in ctx.db.execute(query.order_by(RECORDS.c.id)).scalars()]


def one(ctx: Context, entity: str, id_: int) -> Row | None:
    return next((row for row in records(ctx, entity) if row["id"] == id_), None)


def keep(ctx: Context, entity: str, row: Row) -> None:
    """Write a record, new or changed."""
    remove(ctx, entity, row["id"])
    values = {"tenant": _tenant(ctx), "entity": entity, "id": row["id"], "body": json.dumps(row)}
    ctx.db.execute(sa.insert(RECORDS), values)


def remove(ctx: Context, entity: str, id_: int) -> None:
    mine = (RECORDS.c.tenant == _tenant(ctx), RECORDS.c.entity == entity, RECORDS.c.id == id_)
    ctx.db.execute(sa.delete(RECORDS).where(*mine))
    webhooks.rewritten(ctx)


def ready(fields: Iterable[Mapping[str, Any]], hook: int) -> bool:
    """Whether a webhook has a field that it is subscribed to, without which it calls nobody (autotask.webhook.ready)."""
    return any(each["WebhookID"] == hook and each["IsSubscribedField"] for each in fields)


class Listening(NamedTuple):
    """A webhook that calls: its record, the fields it is subscribed to, those it always shows, and who is not told of."""

    hook: Row
    subscribed: tuple[Element, ...]
    always: tuple[Element, ...]
    excluded: frozenset[int]


def listening(ctx: Context) -> tuple[Listening, ...]:
    """The webhooks that call."""
    return webhooks.remembered(ctx, _listening)


def _listening(ctx: Context) -> tuple[Listening, ...]:
    active = [hook for hook in records(ctx, HOOK) if hook["Active"]]
    if not active:
        return ()
    fields, excluded = records(ctx, FIELD), records(ctx, EXCLUDED)

    def chosen(hook: int, flag: str) -> tuple[Element, ...]:
        return tuple(FIELDS[each["FieldID"]] for each in fields if each["WebhookID"] == hook and each[flag])

    return tuple(
        Listening(
            hook,
            chosen(hook["id"], "IsSubscribedField"),
            chosen(hook["id"], "IsDisplayAlwaysField"),
            frozenset(each["ResourceID"] for each in excluded if each["WebhookID"] == hook["id"]),
        )
        for hook in active
        if ready(fields, hook["id"])
    )


# --- what is told -----------------------------------------------------------------------------------------------------


def created(ctx: Context, row: Mapping[str, Any], by: int) -> None:
    """A ticket was made: all chosen fields are told."""
    for each in listening(ctx):
        _raise(ctx, each, CREATE, "IsSubscribedToCreateEvents", row, (*each.subscribed, *each.always), by)


def changed(ctx: Context, before: Mapping[str, Any], row: Mapping[str, Any], by: int) -> None:
    """A ticket was changed: whoever is subscribed to a field that moved is told of those that did, and what it always shows."""
    for each in listening(ctx):
        moved = tuple(field for field in each.subscribed if before[field.name] != row[field.name])
        if moved:
            _raise(ctx, each, UPDATE, "IsSubscribedToUpdateEvents", row, (*moved, *each.always), by)


def deleted(ctx: Context, row: Mapping[str, Any], by: int) -> None:
    """A ticket was deleted: its number is told, and no fields."""
    for each in listening(ctx):
        _raise(ctx, each, DELETE, "IsSubscribedToDeleteEvents", row, (), by)


def _raise(
    ctx: Context, to: Listening, event: str, flag: str, row: Mapping[str, Any], fields: Iterable[Element], by: int
) -> None:
    if not to.hook[flag]:
        return
    if by in to.excluded:
        ctx.cite("autotask.webhook.excluded")
        return
    ctx.cite("autotask.webhook.call", "autotask.webhook.signature")
    name = str.lower if ctx.dialect["webhook_fields"] == "camel" else str.upper
    told = {}
    for each in fields:
        rest = _TICKET.named[each.name]
        told[name(rest[0]) + rest[1:]] = _value(each, row[each.name])
    body = {"Action": ACTIONS[event], "EntityType": "Ticket", "Id": row["id"], "Fields": told}
    owed = _delivery(ctx, to.hook, event, to.hook["WebhookUrl"], body, by)
    webhooks.owe(ctx, replace(owed, due=max(owed.due, _behind(ctx, owed))))


def _value(element: Element, value: Any) -> Any:
    if value is None or element.form in ("text", "bool"):
        return value
    if element.form in ("time", "date"):
        return f"{time(value, 'UTC')}Z"
    return value / SCALE if element.form == "decimal" else value


def _behind(ctx: Context, owed: Delivery) -> int:
    """Until when a call waits, because an earlier one of its webhook and type is being repeated (autotask.webhook.order)."""
    waiting = sa.select(sa.func.max(DELIVERIES.c.due)).where(
        *_same_queue(owed), DELIVERIES.c.attempt > 0, DELIVERIES.c.due <= ctx.now + PAUSE
    )
    return ctx.db.execute(waiting).scalar() or 0


def _same_queue(delivery: Delivery) -> tuple[sa.ColumnElement[bool], ...]:
    of = DELIVERIES.c
    return of.tenant == delivery.tenant, of.webhook == delivery.webhook, of.event == delivery.event


def deactivated(ctx: Context, hook: Row) -> None:
    """A webhook stops calling, or is no more: what it still owes is forgotten, and its other address is told."""
    ctx.cite("autotask.webhook.deactivation")
    webhooks.forget(ctx, str(hook["id"]))
    body = {"Action": ACTIONS[DEACTIVATED], "EntityType": "Ticket", "Id": hook["id"], "Fields": {}}
    webhooks.owe(ctx, _delivery(ctx, hook, DEACTIVATED, hook["DeactivationUrl"], body, hook["OwnerResourceID"]))


def readdress(ctx: Context, hook: Row) -> None:
    """A webhook leads elsewhere, or has another secret: what it still owes goes there, signed anew (autotask.webhook.order)."""
    owed = (
        DELIVERIES.c.tenant == _tenant(ctx),
        DELIVERIES.c.webhook == str(hook["id"]),
        DELIVERIES.c.event != DEACTIVATED,
    )
    for id_, body in ctx.db.execute(sa.select(DELIVERIES.c.id, DELIVERIES.c.body).where(*owed)).all():
        moved = {"url": hook["WebhookUrl"], "headers": json.dumps(_headers(hook, body))}
        ctx.db.execute(sa.update(DELIVERIES).where(DELIVERIES.c.id == id_).values(moved))


def _headers(hook: Row, body: bytes) -> Headers:
    return [("Content-Type", "application/json; charset=utf-8"), (SIGNATURE, signature(hook["SecretKey"], body))]


def _delivery(ctx: Context, hook: Row, event: str, url: str, said: Mapping[str, Any], by: int) -> Delivery:
    counters, stream = ctx.installation.ids.counters, f"autotask/{_tenant(ctx)}/webhook/{hook['id']}"
    counters[stream] = number = counters.get(stream, 0) + 1
    told = {
        "Action": said["Action"],
        "Guid": hook["WebhookGUID"],
        **{name: said[name] for name in ("EntityType", "Id", "Fields")},
        "EventTime": f"{time(ctx.now, 'UTC')}Z",
        "SequenceNumber": number,
        "PersonID": by,
    }
    body = written(told)
    return Delivery(_tenant(ctx), str(hook["id"]), event, url, _headers(hook, body), body, ctx.now, ctx.now)


_ESCAPED = re.compile(r"\\\\|\\\"|\\u([0-9a-f]{4})|[&<>'`+\x7f]")


def written(told: Any) -> bytes:
    """JSON as .NET writes it by default: letters that HTML knows, and those that are not ASCII, as escapes."""

    def escaped(found: re.Match[str]) -> str:
        if found[1]:
            return f"\\u{found[1].upper()}"
        return found[0] if found[0] == "\\\\" else f"\\u{ord(found[0][-1]):04X}"

    return _ESCAPED.sub(escaped, json.dumps(told, separators=(",", ":"))).encode()


def signature(secret: str, body: bytes) -> str:
    """HMAC-SHA1 over the bytes of the body, in base64 (autotask.webhook.signature)."""
    return "sha1=" + base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha1).digest()).decode()


# --- what follows from an answer --------------------------------------------------------------------------------------


def _answered(ctx: Context, delivery: Delivery, reply: Reply) -> int | None:
    """When a call is repeated, or None; counts failures in a row, and deactivates a webhook that has too many."""
    hook = one(ctx, HOOK, int(delivery.webhook))
    counts = delivery.event != DEACTIVATED
    if counts and (hook is None or not hook["Active"]):
        return None
    ctx.cite("autotask.webhook.success")
    if reply.good:
        if counts and hook is not None and hook["failures"]:
            keep(ctx, HOOK, {**hook, "failures": 0})
        return None
    ctx.cite("autotask.webhook.retry", *([] if reply.status else ["autotask.webhook.patience"]))
    last = delivery.attempt >= MOST_ATTEMPTS
    if counts and hook is not None and (last or ctx.dialect["webhook_disabled"] == "attempts"):
        failures = hook["failures"] + 1
        keep(ctx, HOOK, {**hook, "failures": failures, "Active": failures < MOST_FAILURES})
        if failures >= MOST_FAILURES:
            ctx.cite("autotask.webhook.disabled")
            deactivated(ctx, hook)
            return None
    if last:
        return None
    again = ctx.now + PAUSE
    ctx.cite("autotask.webhook.order")
    waiting = (*_same_queue(delivery), DELIVERIES.c.id > delivery.id, DELIVERIES.c.due < again)
    ctx.db.execute(sa.update(DELIVERIES).where(*waiting).values(due=again))
    return again


def _forged(ctx: Context, delivery: Delivery, signed: bool) -> Delivery:
    """What a stranger sends who saw such a call once, signed with a secret of his own.

    It tells of a ticket that there is not; every other time it tells that another ticket was deleted, which is there.
    """
    told = json.loads(delivery.body)
    of = TABLES["Ticket"].c
    others = sa.select(sa.func.max(of.id)).where(of.tenant == delivery.tenant, of.id != told["Id"])
    there = ctx.db.execute(others).scalar() if told["SequenceNumber"] % 2 == 0 else None
    lie = (
        {"Action": ACTIONS[UPDATE], "Id": STRANGE}
        if there is None
        else {"Action": ACTIONS[DELETE], "Id": there, "Fields": {}}
    )
    body = written({**told, **lie})
    headers = [each for each in delivery.headers if each[0] != SIGNATURE]
    if signed:
        headers.append((SIGNATURE, signature("a stranger's guess", body)))
    return replace(delivery, headers=headers, body=body)


WEBHOOKS = Webhooks(DELIVERIES, _answered, _forged, PATIENCE, tuple(ACTIONS))
