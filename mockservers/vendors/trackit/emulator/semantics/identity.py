"""Whose call it is: by bearer token, by the login itself, or by the password in the body of /groups. Knows no wire."""

from __future__ import annotations

from mockservers.kernel.operations import Context
from mockservers.kernel.tenants import Tenant
from mockservers.vendors.trackit.emulator import access
from mockservers.vendors.trackit.emulator.errors import refusal
from mockservers.vendors.trackit.emulator.requests import Asked, Members, bound
from mockservers.vendors.trackit.emulator.semantics import tokens


def identify(ctx: Context) -> Tenant:
    """The tenant of a client's call; raises the refusal for one that is not let in."""
    asked: Asked = ctx.call.request
    if ctx.call.operation == "token":
        tenant = tokens.identify(ctx)
    elif ctx.call.operation == "groups.list":
        tenant = _by_body(ctx, asked)
    else:
        tenant = access.bearer(ctx, asked)
    ctx.call.tenant = tenant.name  # whose dialect the wire answers in
    return tenant


def _by_body(ctx: Context, asked: Asked) -> Tenant:
    bound(asked)
    if not isinstance(asked.body, Members):
        raise refusal("body", "trackit.read.groups", member="UserName")
    user, password = asked.body.member(ctx, "UserName"), asked.body.member(ctx, "password")
    found = access.by_password(ctx, user, password) if isinstance(user, str) and isinstance(password, str) else None
    if found is None:
        raise refusal("login")
    ctx.credential = found
    return ctx.installation.tenants[found.tenant]
