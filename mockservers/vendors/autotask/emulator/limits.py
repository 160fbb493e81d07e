"""Limits: requests an hour by customer database, the latency before it, and calls at once by integration and object.

Everything is worked out from what the kernel counts; nothing runs by itself. Knows no table and no wire.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from weakref import WeakSet

from mockservers.kernel import instants
from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Refusal
from mockservers.kernel.tenants import Tenant
from mockservers.vendors.autotask import dialects
from mockservers.vendors.autotask.emulator import entities
from mockservers.vendors.autotask.emulator.requests import Asked, Query, Search, Write

SLOWER, SLOW, SLOWEST = 50, 75, 90
"""Per cent of the limit from which calls take longer, longer still, and a notice is sent."""
DELAYS = (0.5, 1.0)
"""Seconds from `SLOWER` and from `SLOW`."""
MOST_NOTICES = 100
INVENTED = " [emulated text]"
"""Ends every message whose public text is not known, so that nobody relies on it."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Calls of a tenant in its window; `requests` is None when there is no limit."""

    used: int
    requests: int | None
    minutes: int

    @property
    def per_cent(self) -> float:
        return 0.0 if self.requests is None else self.used * 100 / self.requests


def usage(ctx: Context, tenant: Tenant) -> Usage:
    """The calls counted so far; the present one is among them once it was let in."""
    setting: str | None = tenant.dialect["threshold"]
    requests, minutes = (None, dialects.MOST_MINUTES) if setting is None else dialects.limit(setting)
    calls = ctx.installation.usage.get(tenant.name)
    if not calls:
        return Usage(0, requests, minutes)
    hour_ago, since = ctx.now - instants.HOUR, ctx.now - minutes * instants.MINUTE
    while calls and calls[-1] > ctx.now:  # a clock set back takes away what was still to come
        calls.pop()
    while calls and calls[0] <= hour_ago:
        calls.popleft()
    used = len(calls) if not calls or calls[0] > since else ctx.installation.recent(tenant.name, since)
    return Usage(used, requests, minutes)


def admit(ctx: Context, tenant: Tenant, code: str | None) -> None:
    """Let a call in, late or not at all; raises the refusal of the limit that was reached."""
    now = usage(ctx, tenant)
    if now.requests is not None:
        if now.used >= now.requests:
            ctx.cite("autotask.threshold.counted")
            ctx.limited(now.minutes * 60)
            raise reached(now.requests, now.minutes, str(tenant.dialect["limit_reply"]))
        _slow(ctx, tenant, now)
        _notify(ctx, tenant, now)
    _threads(ctx, tenant, code)


def reached(requests: int = 10_000, minutes: int = 60, reply: str = "body_error") -> Refusal:
    """The refusal at the threshold; its public text is not known. `reply` is a value of the switch `limit_reply`."""
    text = f"The threshold of {requests} requests in {minutes} minutes has been reached.{INVENTED}"
    kind = "BODY" if reply == "body_error" else "FAULT"
    return Refusal("autotask.threshold.refused", kind, entity="", messages=(text,), message=text)


def crowded(limit: int = 3) -> Refusal:
    """The refusal of one call too many at once."""
    said = f"The Autotask API thread threshold of {limit} threads has been exceeded."
    return Refusal("autotask.thread.limit", "BODY", entity="", messages=("Thread Threshold Exceeded", said))


def _slow(ctx: Context, tenant: Tenant, now: Usage) -> None:
    if now.per_cent >= SLOWER and tenant.dialect["latency"] == "on":
        ctx.cite("autotask.threshold.latency")
        ctx.delay(DELAYS[now.per_cent >= SLOW])


def _notify(ctx: Context, tenant: Tenant, now: Usage) -> None:
    """Tell the customer once each time the limit comes near."""
    near = now.per_cent >= SLOWEST
    if not near:
        if tenant.facts.get("warned"):
            tenant.facts["warned"] = False
        return
    if tenant.facts.get("warned"):
        return
    tenant.facts["warned"] = True
    notice = {"at": instants.to_iso(ctx.now), "used": now.used, "limit": now.requests, "minutes": now.minutes}
    notices: list[dict[str, Any]] = tenant.facts.setdefault("notices", [])
    notices.append(notice)
    del notices[:-MOST_NOTICES]
    ctx.note(
        "autotask.threshold.notice",
        f"{now.used} of {now.requests} requests are used; the customer was notified. A client should slow down by now.",
        **notice,
    )


class _Thread:
    """One call under way. It is over when its answer has left, or when nobody holds its exchange any more."""

    __slots__ = ("__weakref__",)


def _threads(ctx: Context, tenant: Tenant, code: str | None) -> None:
    limit: int | None = tenant.dialect["thread_limit"]
    exchange = ctx.call.exchange
    if limit is None or exchange is None:
        return
    running: WeakSet[_Thread] = ctx.installation.under_way.setdefault(
        ("threads", tenant.name, (code or "").casefold(), endpoint(ctx)), WeakSet()
    )
    if len(running) >= limit:
        raise crowded(limit)
    thread = _Thread()
    running.add(thread)
    exchange.leaving.append(lambda: running.discard(thread))


def endpoint(ctx: Context) -> str:
    """The object a call is about, which is what calls at once are counted by; else its operation.

    What is no entity counts as one, so that made-up names do not make the counts grow.
    """
    asked: Asked = ctx.call.request
    if isinstance(asked.body, (Query, Search)):
        named = asked.body.entity
    elif isinstance(asked.body, Write) and asked.body.inputs:
        named = asked.body.inputs[0].entity
    else:
        return ctx.call.operation
    found = entities.find(named)
    return "" if found is None else found.name


def before(ctx: Context) -> tuple[int, int, int]:
    """The limit, its minutes, and usage before this call, as recorded answers of a fresh hour say 0."""
    assert ctx.tenant is not None
    now = usage(ctx, ctx.tenant)
    ctx.cite("autotask.threshold.counted")
    requests = now.requests if now.requests is not None else dialects.limit("10000/60")[0]
    return requests, now.minutes, max(now.used - 1, 0)


def told(ctx: Context) -> str:
    """The line of getThresholdAndUsageInfo."""
    requests, minutes, used = before(ctx)
    ctx.cite("autotask.threshold.answer")
    first = "T" if ctx.dialect["threshold_spelling"] == "recorded" else "t"
    return (
        f"{first}hresholdOfExternalRequest: {requests}; TimeframeOfLimitation: {minutes}; "
        f"numberOfExternalRequest: {used};"
    )
