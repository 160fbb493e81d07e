"""Who is calling: users and applications, tickets, tokens and session cookies, and whose installation they reach.

A user is a credential of kind `user` (secret: the password; facts: `user`, `ejuser`, `associate`, `name`, `rights`, see
`rights`), a partner's application one of kind `SO-AppToken`. Tickets, tokens and cookies are sessions that hang on the user's
credential. A tenant's facts: `state`, `host` (None: any). Knows the tables through `model`; no wire.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mockservers.kernel.instants import HOUR, SECOND
from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Refusal, Unsupported
from mockservers.kernel.sessions import Session
from mockservers.kernel.tenants import Credential, Tenant
from mockservers.vendors.superoffice import VENDOR
from mockservers.vendors.superoffice.emulator.model import SESSIONS
from mockservers.vendors.superoffice.emulator.requests import Asked
from mockservers.vendors.superoffice.emulator.rights import Role

USER, APP_TOKEN = "user", "SO-AppToken"
TICKET, BEARER, COOKIE, REFRESH = "SOTicket", "Bearer", "cookie", "refresh"
SESSION_COOKIE, XSRF_HEADER = "SoSession", "x-xsrf-token"
"""The cookie's name is ours (superoffice.auth.session_cookie)."""
REFRESH_LIFE = 3650 * 24 * HOUR
RUNNING = frozenset({"Running", "OnlineMaintenance"})
STATES = (*sorted(RUNNING), "OfflineMaintenance", "Stopped")
PUBLIC = frozenset({"version", "addresses", "state", "tokens", "description"})
"""Operations that need no login."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The user of a call that was let in."""

    user: str
    name: str
    ejuser: int
    associate: int
    role: Role
    credential: str

    @classmethod
    def of(cls, credential: Credential) -> Caller:
        facts = credential.facts
        user = str(facts.get("user", ""))
        return cls(
            user,
            str(facts.get("name", user)),
            _number(facts.get("ejuser")),
            _number(facts.get("associate")),
            Role.of(facts),
            credential.id,
        )


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else 0


def caller(ctx: Context) -> Caller:
    """The caller of a client's call that was let in."""
    found: Caller = ctx.scratch
    return found


# --- being let in -----------------------------------------------------------------------------------------------------


def identify(ctx: Context) -> Tenant:
    """The tenant of a call; raises the refusal for whatever does not let it in."""
    asked: Asked = ctx.call.request
    named = of_root(ctx, asked.root)
    if ctx.call.operation in PUBLIC:
        return named or ctx.installation.tenants.first
    credential = _authenticated(ctx, asked, named)
    tenant = ctx.tenant = ctx.installation.tenants[credential.tenant]
    ctx.entry.tenant = tenant.name
    if named is not None and named.name != tenant.name:
        raise unauthorized("superoffice.auth.shapes")
    _served_here(ctx, tenant, asked.host)
    _throttle(ctx, tenant)
    ctx.credential = credential
    who = ctx.scratch = Caller.of(credential)
    if ctx.call.operation in who.role.denied:
        raise forbidden()
    return tenant


def of_root(ctx: Context, root: str) -> Tenant | None:
    """The tenant whose id a root is, or None for a root that serves whoever logs in (superoffice.address.roots)."""
    wanted = root.strip("/").casefold()
    if wanted:
        ctx.cite("superoffice.address.roots")
    return next((each for each in ctx.installation.tenants if each.name.casefold() == wanted), None)


def unauthorized(rule: str = "superoffice.auth.refused") -> Refusal:
    """Not let in. Callers are not told why; the journal is."""
    return Refusal(rule, "unauthorized")


def forbidden(rule: str = "superoffice.auth.forbidden") -> Refusal:
    return Refusal(rule, "forbidden")


def misdirected() -> Refusal:
    return Refusal("superoffice.auth.misdirected", "misdirected")


def throttled() -> Refusal:
    return Refusal("superoffice.limit.rate", "throttled")


def maintenance() -> Refusal:
    return Refusal("superoffice.limit.maintenance", "maintenance")


def _served_here(ctx: Context, tenant: Tenant, host: str) -> None:
    if tenant.facts.get("state", "Running") not in RUNNING:
        raise maintenance()
    home = tenant.facts.get("host")
    if home and ctx.installation.dialect["deployment"] == "online" and home.casefold() != host.casefold():
        raise misdirected()


def _throttle(ctx: Context, tenant: Tenant) -> None:
    limit = tenant.dialect["rate_limit"]
    if limit and ctx.installation.recent(tenant.name, ctx.now - SECOND) >= limit:
        ctx.installation.count(tenant.name, ctx.now)
        ctx.limited(1)
        raise throttled()


def _authenticated(ctx: Context, asked: Asked, named: Tenant | None) -> Credential:
    """The credential of the user that a call is made by."""
    given = asked.header("authorization")
    word, _, value = given.partition(" ")
    scheme, value = word.lower(), value.strip()
    if asked.header("so-apptoken"):
        ctx.cite("superoffice.auth.app_token")
    if not given:
        return _by_cookie(ctx, asked)
    if scheme == "negotiate":
        ctx.cite("superoffice.auth.negotiate")
        if ctx.installation.dialect["deployment"] == "onsite":
            raise Unsupported("logging in by Negotiate")
        raise unauthorized("superoffice.auth.negotiate")
    reader = _READERS.get(scheme)
    if reader is None:
        raise unauthorized("superoffice.auth.schemes")
    if word not in _SCHEMES:
        ctx.cite("superoffice.auth.scheme_case")
    return reader(ctx, asked, value)


def _demand(ctx: Context, setting: str) -> None:
    if setting not in ctx.installation.dialect["authorize_with"]:
        raise unauthorized("superoffice.auth.settings")


def _by_password(ctx: Context, asked: Asked, value: str) -> Credential:
    if ctx.installation.dialect["deployment"] == "online":
        raise unauthorized("superoffice.auth.schemes")
    _demand(ctx, "username")
    try:
        user, colon, password = base64.b64decode(value, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        raise unauthorized("superoffice.auth.basic") from None
    found = find_user(ctx, user)
    if found is None or password != found.secret:  # those of credentials are masked anyway
        ctx.secret(password)
    if not colon or found is None or not password or password != found.secret or not found.valid(ctx.now):
        raise unauthorized()
    return found


def find_user(ctx: Context, name: str) -> Credential | None:
    """The credential of a user by name, whatever its letter case."""
    wanted = name.strip().casefold()
    for each in ctx.installation.tenants.credentials:
        if each.kind == USER and wanted and str(each.facts.get("user", "")).casefold() == wanted:
            return each
    return None


def _session(ctx: Context, kind: str, token: str, rule: str) -> tuple[Session, Credential]:
    """A session that holds, and the user it belongs to, who still may log in."""
    found = SESSIONS.find(ctx, kind, token) if token else None
    if found is None or not found.valid(ctx.now):
        raise unauthorized(rule if found is not None else "superoffice.auth.refused")
    credential = ctx.installation.tenants.credential(found.credential)
    if not credential.valid(ctx.now):
        raise unauthorized("superoffice.auth.revoked")
    return found, credential


def _by_ticket(ctx: Context, asked: Asked, value: str) -> Credential:
    """The user of a ticket, which stands in the header as it was handed out (superoffice.auth.ticket_plain)."""
    _demand(ctx, "ticket")
    session, credential = _session(ctx, TICKET, value, "superoffice.auth.ticket_life")
    if ctx.installation.dialect["deployment"] == "online":
        ctx.cite("superoffice.auth.app_token")
        app = ctx.installation.tenants.find(APP_TOKEN, asked.header("so-apptoken"), ctx.now)
        if app is None or app.tenant != credential.tenant:
            raise unauthorized("superoffice.auth.app_token")
    SESSIONS.move(ctx, session, ctx.now + ticket_life(ctx, credential))
    return credential


def _by_token(ctx: Context, asked: Asked, value: str) -> Credential:
    _demand(ctx, "bearer")
    return _session(ctx, BEARER, value, "superoffice.auth.token_life")[1]


_READERS: Mapping[str, Callable[[Context, Asked, str], Credential]] = {
    "basic": _by_password,
    "soticket": _by_ticket,
    "bearer": _by_token,
}
_SCHEMES = frozenset({"Basic", "SOTicket", "Bearer"})
"""The same words as the vendor writes them."""


def _by_cookie(ctx: Context, asked: Asked) -> Credential:
    cookie = asked.cookies.get(SESSION_COOKIE, "")
    if not cookie:
        raise unauthorized()
    _demand(ctx, "implicit")
    session, credential = _session(ctx, COOKIE, cookie, "superoffice.auth.xsrf")
    if asked.header(XSRF_HEADER) != session.facts.get("xsrf"):
        raise unauthorized("superoffice.auth.xsrf")
    SESSIONS.move(ctx, session, ctx.now + ticket_life(ctx, credential))
    return credential


# --- handing out ------------------------------------------------------------------------------------------------------


def ticket_life(ctx: Context, credential: Credential) -> int:
    hours: float = ctx.installation.tenants[credential.tenant].dialect["ticket_hours"]
    return round(hours * HOUR)


def token_seconds(ctx: Context, credential: Credential) -> int:
    return int(ctx.installation.tenants[credential.tenant].dialect["token_seconds"])


def hand_out(ctx: Context, kind: str, credential: Credential) -> Session:
    """A new ticket, access token, refresh token or cookie of a user."""
    if kind in (TICKET, BEARER):
        ctx.cite("superoffice.auth.shapes")
    if kind == BEARER:
        lifetime = token_seconds(ctx, credential) * SECOND
        return SESSIONS.issue(ctx, kind, credential, lifetime, prefix=f"8A:{credential.tenant}.")
    if kind == REFRESH:
        return SESSIONS.issue(ctx, kind, credential, REFRESH_LIFE, prefix="KT:")
    facts: dict[str, Any] = {}
    if kind == COOKIE:
        facts["xsrf"] = ctx.installation.ids.token(f"{VENDOR.name}/xsrf", 24).hex()
        ctx.issued(facts["xsrf"])
    return SESSIONS.issue(
        ctx, kind, credential, ticket_life(ctx, credential), facts, prefix="7T:" if kind == TICKET else ""
    )
