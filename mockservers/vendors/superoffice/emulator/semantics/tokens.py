"""The token endpoint: an access token for a refresh token, and nothing else of OAuth."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from mockservers.kernel.instants import SECOND
from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Refusal, Unsupported
from mockservers.vendors.superoffice.emulator import access
from mockservers.vendors.superoffice.emulator.answers import Answer
from mockservers.vendors.superoffice.emulator.model import SESSIONS
from mockservers.vendors.superoffice.emulator.requests import Asked, lowered


def _refused(error: str, detail: str) -> Refusal:
    return Refusal("superoffice.auth.tokens", "token", error=error, detail=detail)


def tokens(ctx: Context, asked: Asked) -> Answer:
    """A new access token, and with it the same refresh token (superoffice.auth.tokens)."""
    ctx.cite("superoffice.auth.tokens", "superoffice.auth.token_life")
    if asked.problem is not None:
        raise asked.problem
    given: dict[str, Any] = {**(lowered(asked.body) if isinstance(asked.body, Mapping) else {}), **asked.variables}
    for name in ("refresh_token", "client_secret"):
        ctx.secret(str(given.get(name) or ""))
    kind = given.get("grant_type")
    if kind in ("authorization_code", "client_credentials", "password"):
        raise Unsupported(f"the grant type {kind}")
    if kind != "refresh_token":
        raise _refused("unsupported_grant_type", "grant_type must be refresh_token.")
    session = SESSIONS.find(ctx, access.REFRESH, str(given.get("refresh_token") or ""))
    if session is None or not session.valid(ctx.now):
        raise _refused("invalid_grant", "The refresh token is not valid.")
    credential = ctx.installation.tenants.credential(session.credential)
    if not credential.valid(ctx.now):
        ctx.cite("superoffice.auth.revoked")
        raise _refused("invalid_grant", "The refresh token is not valid.")
    secret = given.get("client_secret")
    if secret:
        app = ctx.installation.tenants.find(access.APP_TOKEN, str(secret), ctx.now)
        if app is None or app.tenant != credential.tenant:
            raise _refused("invalid_client", "The client secret is not that of an application of this tenant.")
    ctx.tenant = ctx.installation.tenants[credential.tenant]
    made = access.hand_out(ctx, access.BEARER, credential)
    value = {
        "token_type": "Bearer",
        "access_token": made.token,
        "expires_in": access.token_seconds(ctx, credential),
        "refresh_token": session.token,
        "id_token": _identity(ctx, credential.facts, credential.tenant),
    }
    return Answer(value, "TokenResponse")


def _identity(ctx: Context, facts: Mapping[str, Any], tenant: str) -> str:
    """Who the token is for, in the form of a JSON Web Token without a signature that anybody could check."""

    def part(value: Mapping[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    claims = {
        "sub": str(facts.get("user", "")),
        "iat": ctx.now // SECOND,
        "http://schemes.superoffice.net/identity/ctx": tenant,
        "http://schemes.superoffice.net/identity/associateid": str(facts.get("associate", 0)),
    }
    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims)}."
