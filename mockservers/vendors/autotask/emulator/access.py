"""Who is calling and what they reach: users, security levels, tracking identifiers, impersonation.

A user is a credential of kind `user` (secret: the password; facts: `user`, `level`, `resource`, `renewed`), a tracking
identifier one of kind `IntegrationCode`. Security levels stand in the tenant's facts under `levels`, by name:

    kind           "api_only", or "user" for people, who are turned away
    password_days  after so many days a password expires; None where the level is exempt
    impersonate    whether other resources may be impersonated
    denied         {entity: [query, create, update, delete]}: answered by a permission error
    absent         [entity]: nothing of it is ever found
    hidden         {entity: [field]}: never shown, never set, never queried
    rows           {entity: {field: [value]}}: only these are found, and of what hangs on an account only theirs
    lines          whether only the lines of business are reached that the resource is assigned to

What hangs on something out of reach, as a note on a ticket, is out of reach too.
A level without any of the last five reaches everything. Knows the tables through `model`; no wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from mockservers.kernel.instants import DAY
from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Refusal
from mockservers.kernel.store import fits
from mockservers.kernel.tenants import Credential, Tenant
from mockservers.vendors.autotask.emulator import limits, zones
from mockservers.vendors.autotask.emulator.entities import ENTITIES
from mockservers.vendors.autotask.emulator.model import TABLES
from mockservers.vendors.autotask.emulator.requests import Asked, Command

USER, CODE = "user", "IntegrationCode"
REALM = "Autotask Web Services"
DEEDS = ("query", "create", "update", "delete")
RESTRICTIONS = ("denied", "absent", "hidden", "rows", "lines")
IMPERSONABLE = frozenset({"AccountNote", "ContractNote", "ProjectNote", "TaskNote", "TicketNote", "TimeEntry"})
SHORT_PASSWORD = 25

_LINE = "BusinessDivisionSubdivisionID"
_OWNERS = (
    "Contract",
    "InstalledProduct",
    "Opportunity",
    "Project",
    "Quote",
    "SalesOrder",
    "ServiceCall",
    "ServiceCallTicket",
    "Task",
    "Ticket",
)
"""Entities that others hang on; they are found by their name and `ID`."""
_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Caller:
    """The API user of a call. `impersonate` is the resource in whose name it is made."""

    user: str
    resource_id: int
    level: Mapping[str, Any]
    code: str | None
    impersonate: int | None

    @property
    def unrestricted(self) -> bool:
        """Whether the level reaches everything, as the system's own does (autotask.user.api_only)."""
        return not any(self.level.get(each) for each in RESTRICTIONS)


# --- being let in -----------------------------------------------------------------------------------------------------


def identify(ctx: Context) -> Tenant:
    """The tenant of a call; raises the refusal for a login, identifier or limit that fails."""
    asked: Asked = ctx.call.request
    if ctx.call.operation == "versionInformation":
        return zones.of_host(ctx.installation.tenants, asked.host) or ctx.installation.tenants.first
    if ctx.call.operation == "getZoneInfo":
        if asked.user is None:
            ctx.cite("autotask.zone.no_login")
        return zones.by_name(ctx, asked.body) or ctx.installation.tenants.first
    if isinstance(asked.body, Command):
        # A page of the user interface: its own login is not emulated, and its address names the zone.
        tenants = ctx.installation.tenants
        return zones.of_number(tenants, asked.body.zone) or zones.of_host(tenants, asked.host) or tenants.first
    if asked.password:
        ctx.secret(asked.password)
    code = asked.header.integration_code
    if code:
        ctx.secret(code)
    credential = _login(ctx, asked)
    tenant = ctx.installation.tenants[credential.tenant]
    if ctx.call.defect is not None:  # of a call that cannot be read the login alone can be judged
        return tenant
    if zones.elsewhere(asked, tenant):
        _wrong_zone(ctx, asked, tenant)
    _tracking(ctx, tenant, code)
    ctx.credential = credential
    ctx.scratch = Caller(
        credential.facts["user"], resource_of(credential), level_of(tenant, credential), code, asked.header.impersonate
    )
    limits.admit(ctx, tenant, code)
    return tenant


def refused(rule: str = "autotask.user.login", known: bool = True) -> Refusal:
    """A login that fails; the service does not tell why, the journal does. `known`: whether there is such a user."""
    return Refusal(rule, "LOGIN", realm=REALM, known=known)


def _login(ctx: Context, asked: Asked) -> Credential:
    found = user(ctx, asked.user)
    if found is None or not asked.password:
        raise refused(known=found is not None)
    tenant = ctx.installation.tenants[found.tenant]
    if asked.password != found.secret and not _same_beginning(ctx, tenant, asked.password, found.secret):
        raise refused()
    level = level_of(tenant, found)
    if (found.revoked is not None and ctx.now >= found.revoked) or not found.facts.get("active", True):
        raise refused("autotask.user.inactive")
    if _active(ctx, tenant, resource_of(found)) is False:
        raise refused("autotask.user.inactive")
    if expired(found, level, ctx.now):
        ctx.cite("autotask.user.expiry")
        raise refused("autotask.user.expired")
    if level["kind"] != "api_only":
        raise refused("autotask.user.two_kinds")
    return found


def _same_beginning(ctx: Context, tenant: Tenant, given: str, known: str) -> bool:
    counts = {"whole": None, "first_25": SHORT_PASSWORD}[tenant.dialect["long_password"]]
    if counts is None or len(known) < counts or given[:counts] != known[:counts]:
        return False
    ctx.cite("autotask.user.long_password")
    return True


def level_of(tenant: Tenant, credential: Credential) -> Mapping[str, Any]:
    """The security level of a user; one that was added without a level has the customer's first, the system's own."""
    levels: Mapping[str, Mapping[str, Any]] = tenant.facts["levels"]
    found = levels.get(str(credential.facts.get("level")))
    return next(iter(levels.values())) if found is None else found


def resource_of(credential: Credential) -> int:
    """The id of the resource that a user is; 0 when none was named."""
    found = credential.facts.get("resource")
    return found if isinstance(found, int) and fits(found) else 0


def user(ctx: Context, name: str | None) -> Credential | None:
    """The credential of a user by name, whatever its letter case."""
    if not name:
        return None
    wanted = name.strip().casefold()
    for each in ctx.installation.tenants.credentials:
        if each.kind == USER and str(each.facts.get("user", "")).casefold() == wanted:
            return each
    return None


def expired(credential: Credential, level: Mapping[str, Any], now: int) -> bool:
    """Whether a password has run out: by its security level's days, or because somebody let it expire.

    The days do not count on an exempt level (autotask.user.expiry).
    """
    if credential.expires is not None and now >= credential.expires:
        return True
    days, renewed = level.get("password_days"), credential.facts.get("renewed")
    return days is not None and isinstance(renewed, int) and now >= renewed + days * DAY


def _wrong_zone(ctx: Context, asked: Asked, tenant: Tenant) -> None:
    ctx.note(
        "autotask.zone.wrong",
        f"This customer is in zone {zones.number(tenant)}, but the call came to {asked.host}. Ask getZoneInfo for the "
        "address and use that.",
    )
    if tenant.dialect["wrong_zone"] == "refuse":
        raise refused("autotask.zone.wrong")


def _tracking(ctx: Context, tenant: Tenant, code: str | None) -> None:
    if not code and tenant.dialect["tracking_id"] == "optional":
        ctx.note("autotask.tracking.required", "The call has no tracking identifier, which version 1.6 demands.")
        return
    known = ctx.installation.tenants.find(CODE, code or "", ctx.now)
    if known is None or known.tenant != tenant.name:
        raise untracked()


def untracked() -> Refusal:
    """A tracking identifier that is missing or not known."""
    return Refusal("autotask.tracking.required", "BODY", entity="", messages=("IntegrationCode is invalid.",))


# --- what a caller reaches --------------------------------------------------------------------------------------------


def caller(ctx: Context) -> Caller:
    """The caller of a client's call that was let in."""
    found: Caller = ctx.scratch
    return found


def denied(entity: str, deed: str) -> Refusal:
    """The permission error."""
    what = "query this entity type" if deed == "query" else f"{deed} this entity"
    text = f"The logged in Resource does not have the adequate permissions to {what}."
    return Refusal("autotask.user.permission", "BODY", entity=entity.lower(), messages=(text,))


def may(ctx: Context, entity: str, deed: str) -> bool:
    """Whether the caller's security level allows `deed` (query, create, update, delete) on `entity` at all."""
    if not isinstance(ctx.scratch, Caller) or deed not in ctx.scratch.level.get("denied", {}).get(entity, ()):
        return True
    ctx.cite("autotask.user.restricted")
    return False


def permit(ctx: Context, entity: str, deed: str) -> None:
    """Raise the permission error unless the caller's security level allows `deed` on `entity`."""
    if not may(ctx, entity, deed):
        raise denied(entity, deed)


def demand(ctx: Context, entity: str, deed: str) -> None:
    """Raise the permission error unless the caller may do `deed` on `entity`, in its own name or another's."""
    permit(ctx, entity, deed)
    if isinstance(ctx.scratch, Caller) and ctx.scratch.impersonate is not None:
        _impersonation(ctx, ctx.scratch, entity, deed)


def hidden_fields(ctx: Context, entity: str) -> frozenset[str]:
    """The fields of `entity` that the caller never sees."""
    if not isinstance(ctx.scratch, Caller):
        return _NOTHING
    fields = ctx.scratch.level.get("hidden", {}).get(entity)
    if fields:
        ctx.cite("autotask.user.restricted")
    hidden = frozenset(fields) if fields else _NOTHING
    assert ctx.tenant is not None
    if entity in _PRICED and not ctx.tenant.facts.get("multi_currency"):
        ctx.cite("autotask.currency.module")
        return hidden | {"CurrencyID"}
    return hidden


def visible(ctx: Context, entity: str) -> sa.ColumnElement[bool] | None:
    """The condition on the rows of `entity` that the caller finds; None when it finds all."""
    assert ctx.tenant is not None
    conditions: list[sa.ColumnElement[bool]] = []
    if entity == "Currency" and not ctx.tenant.facts.get("multi_currency"):
        ctx.cite("autotask.currency.module")
        conditions.append(TABLES[entity].c.IsInternalCurrency == sa.true())
    if isinstance(ctx.scratch, Caller) and not ctx.scratch.unrestricted:
        restrictions = _restrictions(ctx, ctx.scratch, entity)
        if restrictions:
            ctx.cite("autotask.user.restricted")
        conditions += restrictions
    if not conditions:
        return None
    ctx.cite("autotask.query.hidden_rows")
    return sa.and_(*conditions)


def _restrictions(
    ctx: Context, who: Caller, entity: str, table: sa.FromClause | None = None
) -> list[sa.ColumnElement[bool]]:
    """The conditions on rows of `entity`, or of an alias of its table, that a restricted caller finds."""
    level = who.level
    table = TABLES[entity] if table is None else table
    if entity in level.get("absent", ()):
        return [sa.false()]
    found: list[sa.ColumnElement[bool]] = []
    rows: Mapping[str, Mapping[str, Any]] = level.get("rows", {})
    for field, values in rows.get(entity, {}).items():
        found.append(table.c[field].in_(list(values)))
    if entity != "Account" and "Account" in rows and "AccountID" in table.c:
        found += _within(ctx, who, table.c.AccountID, "Account")
    if level.get("lines"):
        found += _of_line(ctx, who, entity, table)
    account = ENTITIES[entity].get("AccountID")
    if account is None or not account.described:  # else the account decides
        for owner in _OWNERS:
            # The contract of a time entry is what it is billed by: it hangs on its ticket or task.
            if f"{owner}ID" in table.c and (entity, owner) != ("TimeEntry", "Contract"):
                found += _within(ctx, who, table.c[f"{owner}ID"], owner)
    return found


def _within(ctx: Context, who: Caller, column: sa.ColumnElement[Any], owner: str) -> list[sa.ColumnElement[bool]]:
    """Rows whose `column` leads nowhere, or to an `owner` within reach; no condition where all owners are."""
    assert ctx.tenant is not None
    of = TABLES[owner].alias()
    conditions = _restrictions(ctx, who, owner, of)
    if not conditions:
        return []
    id_ = of.c.id if isinstance(column.type, sa.Integer) else sa.cast(of.c.id, sa.Text)
    return [sa.or_(column.is_(None), column.in_(sa.select(id_).where(of.c.tenant == ctx.tenant.name, *conditions)))]


def _of_line(ctx: Context, who: Caller, entity: str, table: sa.FromClause) -> list[sa.ColumnElement[bool]]:
    """Rows of no line of business, or of one that the resource is assigned to (autotask.user.line_of_business)."""
    links, items = TABLES["BusinessDivisionSubdivisionResource"], TABLES["BillingItem"]
    assert ctx.tenant is not None
    mine = sa.select(links.c[_LINE]).where(links.c.tenant == ctx.tenant.name, links.c.ResourceID == who.resource_id)
    if _LINE in table.c:
        ctx.cite("autotask.user.line_of_business")
        return [sa.or_(table.c[_LINE].is_(None), table.c[_LINE].in_(mine))]
    if entity == "Invoice":
        # An invoice has no line of its own: it belongs to those of its items.
        ctx.cite("autotask.user.line_of_business")
        foreign = sa.select(items.c.InvoiceID).where(
            items.c.tenant == ctx.tenant.name,
            items.c.InvoiceID.is_not(None),
            items.c[_LINE].is_not(None),
            items.c[_LINE].not_in(mine),
        )
        return [table.c.id.not_in(foreign)]
    return []


_PRICED = frozenset(name for name, entity in ENTITIES.items() if entity.get("CurrencyID") is not None)


# --- impersonation ----------------------------------------------------------------------------------------------------


def _impersonation(ctx: Context, who: Caller, entity: str, deed: str) -> None:
    """Impersonation is for creating and updating some entities, by levels and of resources that allow it."""
    ctx.cite("autotask.impersonate.creator")
    assert ctx.tenant is not None
    assert who.impersonate is not None
    allowed = deed in ("create", "update") and entity in IMPERSONABLE and who.level.get("impersonate")
    if not allowed or _active(ctx, ctx.tenant, who.impersonate) is not True:
        raise denied(entity, deed)


_ACTIVE = sa.select(TABLES["Resource"].c.Active).where(
    TABLES["Resource"].c.tenant == sa.bindparam("tenant"), TABLES["Resource"].c.id == sa.bindparam("of")
)


def _active(ctx: Context, tenant: Tenant, resource: int) -> bool | None:
    """Whether a resource is active; None when there is none of this id."""
    found: bool | None = ctx.db.execute(_ACTIVE, {"tenant": tenant.name, "of": resource}).scalar()
    return found


def creator(ctx: Context) -> tuple[int, int | None]:
    """Whom a write that `demand` let pass names as its maker, and who really was when that is somebody else."""
    who = caller(ctx)
    return (who.resource_id, None) if who.impersonate is None else (who.impersonate, who.resource_id)
