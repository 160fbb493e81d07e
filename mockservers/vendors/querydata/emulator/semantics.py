"""What a QueryData call means: who may ask, which tickets match, and what a careful client would do otherwise.

`identify` reads the payload as far as the AuthCode; `query_data` checks the rest and answers with values. Knows no
HTTP, no XML and no text of answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mockservers.kernel.dialects import Dialect
from mockservers.kernel.instants import DAY, EARLIEST, MINUTE, SECOND
from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Refusal
from mockservers.kernel.tenants import Tenant
from mockservers.vendors.querydata.emulator import model, notation, payload
from mockservers.vendors.querydata.emulator.model import Sight, Window
from mockservers.vendors.querydata.emulator.payload import Query, Request

AUTH_CODE = "AuthCode"
"""The kind of credential."""
HOSTS = ("www.irth.com", "cl.irth.com")
"""The two printed hosts; a customer belongs to the first unless its facts say otherwise."""

_NEAR = 5 * MINUTE
_WAREHOUSE_PAUSE = 15 * MINUTE
_REMEMBERED = 100_000


@dataclass(slots=True)
class Summary:
    """Ids, in the order in which they are to be written."""

    ids: list[int]
    dialect: Dialect


@dataclass(slots=True)
class Details:
    """Whole tickets, with times already in the customer's notation."""

    tickets: list[dict[str, Any]]
    dialect: Dialect


@dataclass(slots=True)
class Memory:
    """What is remembered of a customer's earlier calls, for findings alone; no answer depends on it."""

    delivered: set[int] = field(default_factory=set)
    window_end: int | None = None


def host_of(header: str) -> str:
    """Which of the two hosts a Host header means; any local name means the first."""
    return HOSTS[1] if header.lower().startswith("cl.") else HOSTS[0]


def unauthorized() -> Refusal:
    return payload.refuse("querydata.auth.every_call", "AUTH", "AuthCode is not authorized.")


def identify(ctx: Context) -> Tenant:
    """The customer whose AuthCode the payload holds; raises the JSON, REQUEST (root) and AUTH refusals."""
    request: Request = ctx.call.request
    members = payload.root(ctx, request)
    code = members.get(AUTH_CODE)
    installation = ctx.installation
    if not isinstance(code, str):
        raise unauthorized()
    ctx.secret(code)
    credential = installation.tenants.find(AUTH_CODE, code, ctx.now)
    if credential is None:
        raise unauthorized()
    if installation.dialect["auth_code"] != "plain":
        ctx.cite("querydata.auth.letters")
    tenant = installation.tenants[credential.tenant]
    host = host_of(request.host)
    if host != HOSTS[0]:
        ctx.cite("querydata.address.hosts")
    if installation.dialect["hosts"] == "separate" and tenant.facts.get("host", HOSTS[0]) != host:
        raise payload.refuse("querydata.address.hosts", "AUTH", "AuthCode is not authorized.")
    ctx.scratch = members
    return tenant


def query_data(ctx: Context, request: Request) -> Summary | Details:
    """Answer one call, of either result type (querydata.method.single); raises the vendor's refusals."""
    assert ctx.tenant is not None
    _check_rate(ctx)
    query = payload.query(ctx, request, ctx.scratch)
    sight = _sight(ctx, query)
    _advise(ctx, query)
    ids = _match(ctx, query, sight)
    dialect = ctx.dialect
    if dialect["max_ids"] is not None and len(ids) > dialect["max_ids"]:
        raise payload.refuse(
            "querydata.limit.ids", "REQUEST", f"The answer would hold more than {dialect['max_ids']} tickets."
        )
    if query.warehouse and len(ids) > dialect["bulk_notice"]:
        ctx.note("querydata.warehouse.agreed", "a large load, to be agreed with the vendor first", tickets=len(ids))
    if query.warehouse and dialect["warehouse_latency"]:
        ctx.cite("querydata.warehouse.slow")
        ctx.delay(dialect["warehouse_latency"])
    if dialect["latency_per_id"]:
        ctx.delay(dialect["latency_per_id"] * len(ids) / 1000)
    if query.result == payload.DETAILS:
        return _details(ctx, query, sight, ids)
    return _summary(ctx, ids)


def _check_rate(ctx: Context) -> None:
    most = ctx.dialect["rate_limit"]
    if most is None:
        return
    assert ctx.tenant is not None
    if ctx.installation.recent(ctx.tenant.name, ctx.now - MINUTE) > most:
        ctx.limited(60)
        raise payload.refuse("querydata.limit.rate", "REQUEST", f"More than {most} calls within a minute.")


def _sight(ctx: Context, query: Query) -> Sight:
    """What this call can see: the live store now, or the warehouse as the live store was `warehouse_lag` ago.

    No window of an earlier call bounds it (querydata.details.current_state).
    """
    assert ctx.tenant is not None
    dialect = ctx.dialect
    as_of, oldest = ctx.now, EARLIEST
    if query.warehouse:
        as_of -= round(dialect["warehouse_lag"] * SECOND)
        ctx.cite("querydata.warehouse.bulk", "querydata.warehouse.lag")
    elif dialect["retention_days"] is not None:
        oldest = ctx.now - dialect["retention_days"] * DAY
        ctx.cite("querydata.visibility.retention")
    return Sight(ctx.tenant.name, as_of, as_of - round(dialect["processing_lag"] * SECOND), oldest)


def _memory(ctx: Context) -> Memory:
    assert ctx.tenant is not None
    memory: Memory = ctx.installation.cache.setdefault(("memory", ctx.tenant.name), Memory())
    return memory


def _advise(ctx: Context, query: Query) -> None:
    """Write down where the request differs from the vendor's advice."""
    assert ctx.tenant is not None
    if query.warehouse and query.ids is not None:
        return  # the second step of a load
    if query.warehouse:
        key = f"{ctx.tenant.name}/warehouse"
        before = ctx.installation.recent(key, ctx.now - _WAREHOUSE_PAUSE)
        ctx.installation.count(key, ctx.now)
        if before:
            ctx.note(
                "querydata.warehouse.bulk", "the warehouse was asked again within 15 minutes; it is for bulk loads"
            )
        return
    window = query.last_action
    if window is None:
        return
    length = window.high - window.low
    if length > payload.ADVISED:
        minutes = round(length / MINUTE, 1)
        ctx.note(
            "querydata.window.short", f"the window is {minutes} minutes long; about five are advised", minutes=minutes
        )
    if abs(window.high - ctx.now) > _NEAR:
        ctx.cite("querydata.window.historical")
        return
    ctx.cite("querydata.window.near_present")
    memory = _memory(ctx)
    if memory.window_end is not None:
        if window.low >= memory.window_end:
            gap = (window.low - memory.window_end) // SECOND
            ctx.note("querydata.window.overlap", "the window does not overlap the one before it", gap_seconds=gap)
        else:
            ctx.cite("querydata.window.overlap")
        if ctx.now - memory.window_end > 60 * MINUTE:
            ctx.cite("querydata.window.after_gap")
    memory.window_end = max(window.high, memory.window_end or window.high)


def _match(ctx: Context, query: Query, sight: Sight) -> list[int]:
    """The ids of the tickets that meet every filter, ascending."""
    found: list[int] | None = None
    if query.last_action is not None:
        found = _touched(ctx, query.last_action, sight)
    if query.created is not None:
        arrived = model.created(ctx.db, sight, query.created)
        found = arrived if found is None else sorted(set(found) & set(arrived))
    if query.ids is not None:
        if found is None:
            found = (
                [row.id for row, _ in model.tickets(ctx.db, sight, sorted(query.ids), ctx.now, int)]
                if (query.result == payload.SUMMARY)
                else sorted(query.ids)
            )
        else:
            found = sorted(set(found) & query.ids)
    assert found is not None, "a query has at least one filter"
    return found


def _touched(ctx: Context, window: Window, sight: Sight) -> list[int]:
    """The tickets whose latest action lies inside the window, and no others (querydata.window.last_action)."""
    touched = model.touched(ctx.db, sight, window, ctx.now)
    if touched.moved_out:
        ctx.cite("querydata.window.moves_out")
        if window.high < ctx.now - _NEAR:
            ctx.cite("querydata.window.after_gap")
    if touched.hidden:
        ctx.cite("querydata.visibility.lag")
    return touched.ids


def _remember(ctx: Context, ids: list[int]) -> None:
    delivered = _memory(ctx).delivered
    if not delivered.isdisjoint(ids):
        ctx.cite("querydata.repeat.is_normal")
    if len(delivered) + len(ids) <= _REMEMBERED:
        delivered.update(ids)


def _summary(ctx: Context, ids: list[int]) -> Summary:
    if len(ids) > 1:
        ctx.cite("querydata.summary.order")
    _remember(ctx, ids)
    if ctx.dialect["id_order"] == "shuffled":
        ctx.installation.ids.source(f"id_order/{len(ids)}").shuffle(ids)
    return Summary(ids, ctx.dialect)


def _further(document: dict[str, Any]) -> dict[str, Any]:
    """A ticket with members that no list has, one of which holds members of names that are known, and in another order."""
    told = {
        **document,
        "Sequence": 7,
        "Link": {"UtilisphereID": 0, "Status": "None", "Remarks": "<i>"},
        "Tags": [],
        "Etag": None,
    }
    return {name: told[name] for name in sorted(told, key=lambda name: name[::-1])}


def _details(ctx: Context, query: Query, sight: Sight, ids: list[int]) -> Details:
    dialect = ctx.dialect
    convert = notation.writer(dialect["time_zone"], dialect["details_time_format"])
    documents = []
    for ticket, hidden in model.tickets(ctx.db, sight, ids, ctx.now, convert):
        documents.append(ticket.document if dialect["further_members"] == "off" else _further(ticket.document))
        if ticket.version:
            ctx.cite("querydata.id.version")
        if ticket.actions > 1:
            ctx.cite("querydata.window.actions_that_count")
        if hidden:
            ctx.cite("querydata.visibility.lag")
    if documents and dialect["further_members"] == "on":
        ctx.cite("querydata.details.further_members")
    if not documents and query.ids:
        if dialect["unknown_id"] == "error":
            raise payload.refuse(
                "querydata.visibility.tenant", "VALUE", "Filter 1: there is no ticket with this UtilisphereID."
            )
        ctx.cite("querydata.visibility.tenant")
    _remember(ctx, ids if len(ids) <= 1000 else [])
    return Details(documents, dialect)
