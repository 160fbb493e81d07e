"""Webhooks: who wants to be called when a ticket is made or changed, and what such a call says.

`raised` is asked at every change of a ticket, so it costs nothing where nobody listens. Knows no request and no ticket's
table: it gets a ticket's row as a mapping of columns.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import sqlalchemy as sa

from mockservers.kernel import instants, webhooks
from mockservers.kernel.instants import MINUTE, SECOND
from mockservers.kernel.journal import Headers
from mockservers.kernel.operations import Context
from mockservers.kernel.store import Instant, Text
from mockservers.kernel.webhooks import Delivery, Reply, Webhooks
from mockservers.vendors.superoffice.emulator.model import METADATA

ACTIVE, STOPPED, TOO_MANY = "Active", "Stopped", "TooManyErrors"
STATES = ("Unknown", ACTIVE, STOPPED, TOO_MANY)
CREATED, CHANGED = "ticket.created", "ticket.changed"
PATIENCE = 100
"""Seconds that a listener has (superoffice.webhook.patience)."""
PAUSES = (1 * SECOND, 4 * SECOND)
"""Between the three attempts of a cycle (superoffice.webhook.retry)."""
MOST_ERRORS = 9
AGENT = "NetServer-Webhook/12.4.1514.0"
NOBODY = 0

HOOKS = sa.Table(
    "webhooks",
    METADATA,
    sa.Column("tenant", Text, primary_key=True),
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", Text, nullable=False),
    sa.Column("events", Text, nullable=False),
    sa.Column("target", Text, nullable=False),
    sa.Column("secret", Text, nullable=False),
    sa.Column("state", Text, nullable=False),
    sa.Column("type", Text, nullable=False),
    sa.Column("headers", Text, nullable=False),
    sa.Column("properties", Text, nullable=False),
    sa.Column("registered", Instant, nullable=False),
    sa.Column("registered_by", sa.Integer, nullable=False),
    sa.Column("updated", Instant, nullable=False),
    sa.Column("updated_by", sa.Integer, nullable=False),
    sa.Column("errors_email", Text, nullable=False),
    sa.Column("errors_in_a_row", sa.Integer, nullable=False),
    sa.Column("last_error", Text, nullable=False),
)
DELIVERIES = webhooks.table(METADATA)


class Hook(NamedTuple):
    """One webhook, as a row has it."""

    id: int
    name: str
    events: tuple[str, ...]
    target: str
    secret: str
    state: str
    type: str
    headers: Mapping[str, str]
    properties: Mapping[str, Any]
    registered: int
    registered_by: int
    updated: int
    updated_by: int
    errors_email: str
    errors_in_a_row: int
    last_error: str


def _hook(row: Mapping[str, Any]) -> Hook:
    told = {name: row[name] for name in Hook._fields}
    return Hook(
        **told
        | {
            "events": tuple(json.loads(row["events"])),
            "headers": json.loads(row["headers"]),
            "properties": json.loads(row["properties"]),
        }
    )


def _tenant(ctx: Context) -> str:
    assert ctx.tenant is not None
    return ctx.tenant.name


def all_of(ctx: Context) -> list[Hook]:
    """The webhooks of the call's tenant, oldest first."""
    query = sa.select(HOOKS).where(HOOKS.c.tenant == _tenant(ctx)).order_by(HOOKS.c.id)
    return [_hook(dict(row)) for row in ctx.db.execute(query).mappings()]


def one(ctx: Context, id_: int) -> Hook | None:
    query = sa.select(HOOKS).where(HOOKS.c.tenant == _tenant(ctx), HOOKS.c.id == id_)
    row = ctx.db.execute(query).mappings().one_or_none()
    return None if row is None else _hook(dict(row))


def keep(ctx: Context, hook: Hook) -> None:
    """Write a webhook, new or changed."""
    values = hook._asdict() | {name: json.dumps(getattr(hook, name)) for name in ("events", "headers", "properties")}
    remove(ctx, hook.id)
    ctx.db.execute(sa.insert(HOOKS), {**values, "tenant": _tenant(ctx)})


def remove(ctx: Context, id_: int) -> None:
    ctx.db.execute(sa.delete(HOOKS).where(HOOKS.c.tenant == _tenant(ctx), HOOKS.c.id == id_))
    webhooks.rewritten(ctx)


def listening(ctx: Context) -> tuple[Hook, ...]:
    """The webhooks that are called."""
    return webhooks.remembered(
        ctx, lambda ctx: tuple(each for each in all_of(ctx) if each.state == ACTIVE and each.type == "webhook")
    )


# --- what a call says -------------------------------------------------------------------------------------------------

_OTHERWISE = {"TicketId": "id", "BaseStatus": "status", "TicketTypeId": "ticket_type"}
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def column(name: str) -> str:
    """The name of a ticket's property in the vendor's database, by which a call names it."""
    return _OTHERWISE.get(name) or _HUMPS.sub("_", name).lower()


def raised(
    ctx: Context, event: str, ticket: Mapping[str, Any], changes: list[str], values: Mapping[str, Any], by: int
) -> None:
    """Owe a call to everybody who listens for this event (superoffice.webhook.call)."""
    for hook in listening(ctx):
        if event in hook.events:
            ctx.cite("superoffice.webhook.call", *(["superoffice.webhook.signature"] if hook.secret else ()))
            said = {"Changes": changes, "Event": event, "PrimaryKey": ticket["TicketId"], "Entity": "ticket"}
            more = {} if ctx.dialect["webhook_fields"] == "none" else {"FieldValues": values}
            webhooks.owe(ctx, _delivery(ctx, hook, _event_id(ctx), said, more, by))


def _event_id(ctx: Context) -> str:
    text = ctx.installation.ids.token("superoffice.event", 16).hex()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def _delivery(
    ctx: Context, hook: Hook, event_id: str, said: Mapping[str, Any], more: Mapping[str, Any], by: int
) -> Delivery:
    own = {
        "EventId": event_id,
        "Timestamp": _timestamp(ctx.now),
        **said,
        "ContextIdentifier": _tenant(ctx),
        "ChangedByAssociateId": by,
        "WebhookName": hook.name,
        **more,
    }
    added = {name: value for name, value in hook.properties.items() if name not in own}
    return _signed(hook, event_id, _bytes(own | added), ctx.now, _tenant(ctx))


def _bytes(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _timestamp(instant: int) -> str:
    return instants.to_datetime(instant).strftime("%Y-%m-%dT%H:%M:%S") + f".{instant % SECOND:06d}0Z"


def _signed(hook: Hook, event_id: str, body: bytes, at: int, tenant: str) -> Delivery:
    event = json.loads(body)["Event"]
    headers: Headers = [
        ("Content-Type", "application/json; charset=utf-8"),
        ("User-Agent", AGENT),
        ("X-Superoffice-Event", event),
        ("X-Superoffice-Eventid", event_id),
        *((str(name), str(value)) for name, value in hook.headers.items()),
    ]
    if hook.secret:  # superoffice.webhook.signature
        headers.append(("X-Superoffice-Signature", signature(hook.secret, body)))
    return Delivery(tenant, str(hook.id), event, hook.target, headers, body, at, at)


def signature(secret: str, body: bytes) -> str:
    """HMAC-SHA256 over the bytes of the body, in base64 (superoffice.webhook.signature)."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def trial(ctx: Context, hook: Hook) -> Delivery:
    """The call by which a target is tried before a webhook is kept (superoffice.webhook.trial)."""
    said = {"Changes": [], "Event": "test", "PrimaryKey": 0, "Entity": "test"}
    made = _delivery(ctx, hook, _event_id(ctx), said, {}, NOBODY)
    return replace(made, headers=[*made.headers, ("X-Hook-Test", "true")])


# --- what follows from an answer --------------------------------------------------------------------------------------


def _answered(ctx: Context, delivery: Delivery, reply: Reply) -> int | None:
    """When a call is repeated, or None; counts failures, and stops a webhook that has too many in a row."""
    hook = one(ctx, int(delivery.webhook))
    if hook is None or hook.state != ACTIVE:
        return None
    ctx.cite("superoffice.webhook.success")
    if reply.status == 200 or (reply.good and ctx.dialect["webhook_success"] == "2xx"):
        if hook.errors_in_a_row:
            keep(ctx, hook._replace(errors_in_a_row=0))
        return None
    ctx.cite("superoffice.webhook.retry", *([] if reply.status else ["superoffice.webhook.patience"]))
    errors = hook.errors_in_a_row + 1
    stopped = errors >= MOST_ERRORS or reply.status == 410
    told = reply.error or f"The listener answered {reply.status}."
    keep(ctx, hook._replace(errors_in_a_row=errors, last_error=told, state=TOO_MANY if stopped else ACTIVE))
    if stopped:
        ctx.cite("superoffice.webhook.stopped")
        webhooks.forget(ctx, delivery.webhook)
        return None
    if delivery.attempt <= len(PAUSES):
        return ctx.now + PAUSES[delivery.attempt - 1]
    ctx.cite("superoffice.webhook.cycle")
    if ctx.dialect["webhook_cycle"] == "requeue":
        webhooks.owe(ctx, _anew(ctx, hook, delivery))
    return None


def _anew(ctx: Context, hook: Hook, delivery: Delivery) -> Delivery:
    """The same event at the end of the queue, under another number (superoffice.webhook.cycle)."""
    told = json.loads(delivery.body)
    told["EventId"] = _event_id(ctx)
    made = _signed(hook, told["EventId"], _bytes(told), delivery.at, delivery.tenant)
    return replace(made, due=ctx.now + MINUTE)


def _attempted(delivery: Delivery) -> Delivery:
    """From the second attempt on a call tells which repetition it is (superoffice.webhook.retry)."""
    if delivery.attempt < 2:
        return delivery
    return replace(delivery, headers=[*delivery.headers, ("X-Superoffice-Retry", str(delivery.attempt - 1))])


def _forged(ctx: Context, delivery: Delivery, signed: bool) -> Delivery:
    """What a stranger sends who saw such a call once: of a ticket that there is not, signed with a secret of his own."""
    told = json.loads(delivery.body)
    told["PrimaryKey"], told["EventId"] = STRANGE, "00000000-0000-4000-a000-000000000000"
    body = _bytes(told)
    changed = {
        "x-superoffice-signature": signature("a stranger's guess", body),
        "x-superoffice-eventid": told["EventId"],
    }
    headers = [(name, changed.get(name.lower(), value)) for name, value in delivery.headers]
    if not signed:
        headers = [each for each in headers if each[0].lower() != "x-superoffice-signature"]
    return replace(delivery, headers=headers, body=body)


STRANGE = 900_000_001
"""The number of the ticket that a forged call tells of."""

WEBHOOKS = Webhooks(
    DELIVERIES,
    _answered,
    _forged,
    PATIENCE,
    (CREATED, CHANGED, "test"),
    _attempted,
    re.compile(r"(?i)/webhook(?:/|$)|/agents/webhook/"),
)
