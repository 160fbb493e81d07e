"""Tokens: logins, refreshing, logging out, and the pool of licences. Knows no wire."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mockservers.kernel.instants import DAY, SECOND
from mockservers.kernel.operations import Context
from mockservers.kernel.sessions import Session
from mockservers.kernel.tenants import Credential, Tenant
from mockservers.vendors.trackit.emulator import access, model
from mockservers.vendors.trackit.emulator.errors import refusal
from mockservers.vendors.trackit.emulator.requests import Asked, form

BYTES = 90
"""Of a token, which makes 120 characters of base64."""
REFRESH_LIFETIME = DAY


@dataclass(frozen=True, slots=True)
class Grant:
    """A login that holds: the session of the refresh token by which it was asked for, if by one."""

    credential: Credential
    refreshed: Session | None = None


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a login gives: `refresh` is None where there are none."""

    access: Session
    refresh: Session | None
    user: str
    group: str
    person: Mapping[str, Any]


def identify(ctx: Context) -> Tenant:
    """The tenant of a login by the fields of a form (trackit.token.form); raises the refusal for one that fails."""
    asked: Asked = ctx.call.request
    values = form(ctx, asked.form)
    for name in ("password", "refresh_token", "client_secret"):
        for each in values.get(name, ()):
            ctx.secret(each)
    given = {name: ",".join(each) for name, each in values.items()}
    kind = given.get("grant_type", "")
    if kind == "password":
        grant = Grant(_by_password(ctx, given.get("username", ""), given.get("password", "")))
    elif kind == "refresh_token":
        grant = _refreshed(ctx, given.get("refresh_token", ""))
    else:
        if not kind and asked.form.lstrip().startswith("{"):
            ctx.note("trackit.token.no_json", "the token's body is a form, not JSON")
        raise refusal("unsupported_grant_type")
    tenant = ctx.installation.tenants[grant.credential.tenant]
    ctx.scratch, ctx.credential = grant, grant.credential
    return tenant


def _by_password(ctx: Context, user: str, password: str) -> Credential:
    if user.count("\\") == 2:
        ctx.cite("trackit.token.windows")
        first, second, third = user.split("\\")
        order = ctx.dialect["windows_user_order"]
        user = f"{first}\\{second}\\{third}" if order == "group_first" else f"{second}\\{first}\\{third}"
    found = access.by_password(ctx, user, password)
    if found is None:
        ctx.cite("trackit.token.user")
        raise refusal("invalid_grant")
    if ctx.dialect["password_letters"] != "plain":  # noqa: S105 - a switch's value
        ctx.cite("trackit.token.letters")
    return found


def _refreshes(ctx: Context) -> bool:
    chosen: str = ctx.dialect["refresh_token"]
    return chosen == "issued"


def _refreshed(ctx: Context, token: str) -> Grant:
    ctx.cite("trackit.token.refresh")
    if not _refreshes(ctx):
        raise refusal("unsupported_grant_type", "trackit.token.refresh")
    session = model.SESSIONS.find(ctx, model.REFRESH, token) if token else None
    if session is None or not session.valid(ctx.now):
        raise refusal("invalid_grant", "trackit.token.refresh")
    credential = ctx.installation.tenants.credential(session.credential)
    if not access.active(credential, ctx.now):
        raise refusal("invalid_grant", "trackit.token.refresh")
    return Grant(credential, session)


def token(ctx: Context, asked: Asked) -> Tokens:
    """A new pair of tokens."""
    grant: Grant = ctx.scratch
    _licence(ctx, grant.credential)
    table = model.SESSIONS.table
    if grant.refreshed is not None:
        model.end_sessions(ctx, table.c.id == grant.refreshed.id)
        login = grant.refreshed.facts["login"]
    else:
        login = str(model.number(ctx, "login"))
    # The framework keeps whole seconds, so that a token ends at a whole second (trackit.token.lifetime).
    cut = ctx.now % SECOND
    facts = {"login": login}
    lifetime: int = ctx.dialect["token_lifetime"] * SECOND
    issued = _issue(ctx, model.ACCESS, grant.credential, lifetime - cut, facts)
    refresh = None
    if _refreshes(ctx):
        refresh = _issue(ctx, model.REFRESH, grant.credential, REFRESH_LIFETIME - cut, facts)
    person = model.directory(ctx).get("technician", access.technician_of(grant.credential))
    return Tokens(issued, refresh, access.login_of(grant.credential), access.group_name(grant.credential), person)


def _issue(ctx: Context, kind: str, credential: Credential, lifetime: int, facts: Mapping[str, Any]) -> Session:
    return model.SESSIONS.issue(
        ctx, kind, credential, lifetime, facts, size=BYTES, written=lambda raw: b64encode(raw).decode()
    )


def _licence(ctx: Context, credential: Credential) -> None:
    """Take a licence of the pool, which lasts as long as some session of the technician does."""
    pool = ctx.dialect["licence_pool"]
    if pool is None or credential.facts.get("named_licence"):
        return
    ctx.cite("trackit.token.licences")
    table = model.SESSIONS.table
    open_ = model.SESSIONS.open(ctx, table.c.kind == model.ACCESS, table.c.tenant == credential.tenant)
    tenants = ctx.installation.tenants
    holders = {each.credential for each in open_ if not tenants.credential(each.credential).facts.get("named_licence")}
    if credential.id not in holders and len(holders) >= pool:
        raise refusal("invalid_grant", "trackit.token.licences")


def logout(ctx: Context, asked: Asked) -> bool:
    """End the session of the call, with the refresh token of the same login (trackit.token.logout)."""
    session: Session = ctx.scratch
    table = model.SESSIONS.table
    here = (table.c.tenant == session.tenant, table.c.credential == session.credential)
    same = [
        each.id for each in model.SESSIONS.open(ctx, *here) if each.facts.get("login") == session.facts.get("login")
    ]
    model.end_sessions(ctx, table.c.id.in_(same))
    return True
