"""What an administrator of the customer does: users and their rights, names of statuses, sessions, the state of the tenant.

Reached through the records door with the id `customer`. What changes the directory or a right empties the installation's cache.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Misuse
from mockservers.kernel.tenants import Credential
from mockservers.vendors.superoffice.emulator import access, company, languages, rights
from mockservers.vendors.superoffice.emulator.arguments import Arguments
from mockservers.vendors.superoffice.emulator.model import (
    ENUMS,
    PROPERTIES,
    SESSIONS,
    STORED,
    Named,
    enter,
    read_directory,
    tenant_name,
)

CUSTOMER = "customer"
_KINDS = ("status", "priority", "category", "type", "contact", "sale", "project")


def told(ctx: Context) -> dict[str, Any]:
    """The customer as records show it: users with their rights, the directory, how many sessions are open."""
    assert ctx.tenant is not None
    names = read_directory(ctx.db, ctx.tenant.name)
    users = [
        {"user": each.facts.get("user"), "rights": each.facts.get("rights") or {}, "valid": each.valid(ctx.now)}
        for each in ctx.installation.tenants.credentials
        if each.kind == access.USER and each.tenant == ctx.tenant.name
    ]
    kinds = {kind: {str(each.id): each.name for each in names.all(kind)} for kind in (*_KINDS, "user")}
    return {
        "id": CUSTOMER,
        "exists": True,
        "fields": {
            "users": users,
            "state": ctx.tenant.facts.get("state", "Running"),
            "host": ctx.tenant.facts.get("host"),
            "sessions": len(SESSIONS.open(ctx, SESSIONS.table.c.tenant == ctx.tenant.name)),
            **kinds,
        },
    }


def _user(ctx: Context, arguments: Arguments) -> Credential:
    name = arguments.text("user")
    found = access.find_user(ctx, name)
    if found is None or found.tenant != tenant_name(ctx):
        there = [
            str(each.facts.get("user"))
            for each in ctx.installation.tenants.credentials
            if each.kind == access.USER and each.tenant == tenant_name(ctx)
        ]
        raise Misuse(f"this customer has no user {name!r}; it has {', '.join(there) or 'none'}")
    return found


# --- users ------------------------------------------------------------------------------------------------------------


def _add_user(ctx: Context, arguments: Arguments) -> None:
    """Add a user: `user`, `password`, `initials`?, `name`?."""
    user, password = arguments.text("user", most=255), arguments.text("password", most=255)
    ctx.secret(password)
    if access.find_user(ctx, user) is not None:
        raise Misuse(f"there is a user {user!r} already")
    names = read_directory(ctx.db, tenant_name(ctx))
    number = max((each.id for each in names.all("user")), default=9) + 1
    associate = max((int(each.facts.get("associate", 0)) for each in names.all("user")), default=9) + 1
    name = arguments.text("name", user, most=255)
    initials = arguments.text("initials", f"U{number}", most=20)
    enter(ctx.db, tenant_name(ctx), "user", [Named(number, initials, {"associate": associate, "full": name})])
    facts = {"user": user, "name": name, "ejuser": number, "associate": associate, "rights": {}}
    try:
        ctx.installation.tenants.grant(tenant_name(ctx), access.USER, password, facts=facts)
    except ValueError as error:
        raise Misuse(str(error)) from error


def _change_rights(ctx: Context, arguments: Arguments) -> None:
    """Change what a user may: `user`, `table`? ({Mask, Reason} or null), `fields`? ({property: {Mask, Reason}}), `hidden`?
    ({property: [values]}), `denied`? ([operation])."""
    credential = _user(ctx, arguments)
    held = dict(credential.facts.get("rights") or {})
    if "table" in arguments.raw:
        given = arguments.take("table")
        held["table"] = None if given is None else _right(given)
    if "fields" in arguments.raw:
        held["fields"] = {
            name: _right(right, True) for name, right in _mapping(arguments, "fields", PROPERTIES[:-2]).items()
        }
    if "hidden" in arguments.raw:
        held["hidden"] = {name: _values(name, given) for name, given in _mapping(arguments, "hidden", STORED).items()}
    if "denied" in arguments.raw:
        held["denied"] = _names(arguments, ctx)
    credential.facts["rights"] = held


def _right(given: Any, of_field: bool = False) -> dict[str, str]:
    try:
        return rights.checked(given, of_field)
    except ValueError as error:
        raise Misuse(str(error)) from error


def _mapping(arguments: Arguments, name: str, known: tuple[str, ...]) -> Mapping[str, Any]:
    given = arguments.take(name)
    if not isinstance(given, Mapping) or not set(given) <= set(known):
        raise Misuse(f"{name!r} must be an object whose names are properties ({', '.join(known)}), got {given!r}")
    return given


def _values(name: str, given: Any) -> list[Any]:
    try:
        return list(rights.values(given))
    except ValueError as error:
        raise Misuse(f"'hidden' must be a list of values of {name}: {error}") from error


def _names(arguments: Arguments, ctx: Context) -> list[str]:
    given = arguments.take("denied")
    known = ctx.installation.emulator.operations
    if not isinstance(given, list) or not all(isinstance(each, str) and each in known for each in given):
        raise Misuse(f"'denied' must be a list of operations ({', '.join(known)}), got {given!r}")
    return given


# --- sessions ---------------------------------------------------------------------------------------------------------


def _log_in(ctx: Context, arguments: Arguments) -> dict[str, Any]:
    """A user logs in elsewhere and gets `kind` (SOTicket, Bearer, refresh or cookie): `user`, `kind`?."""
    credential, kind = _user(ctx, arguments), arguments.text("kind", access.TICKET)
    kinds = (access.TICKET, access.BEARER, access.REFRESH, access.COOKIE)
    if kind not in kinds:
        raise Misuse(f"'kind' must be one of {', '.join(kinds)}, got {kind!r}")
    session = access.hand_out(ctx, kind, credential)
    return {"token": session.token, **session.facts}


def _end_sessions(ctx: Context, arguments: Arguments) -> dict[str, Any]:
    """End tickets, tokens and cookies: `user`?, `kind`?."""
    table = SESSIONS.table.c
    conditions = [table.tenant == tenant_name(ctx)]
    if "user" in arguments.raw:
        conditions.append(table.credential == _user(ctx, arguments).id)
    if "kind" in arguments.raw:
        conditions.append(table.kind == arguments.text("kind"))
    return {"ended": SESSIONS.end(ctx, *conditions)}


# --- the directory ----------------------------------------------------------------------------------------------------


def _entry(ctx: Context, arguments: Arguments) -> tuple[str, Named]:
    kind = arguments.text("kind", "status")
    if kind not in _KINDS:
        raise Misuse(f"'kind' must be one of {', '.join(_KINDS)}, got {kind!r}")
    number = arguments.whole("number", 0, 0, 2**31 - 1)
    found = read_directory(ctx.db, tenant_name(ctx)).get(kind, number)
    if not found.id:
        there = read_directory(ctx.db, tenant_name(ctx)).all(kind)
        raise Misuse(
            f"there is no {kind} {number}; there are {', '.join(f'{each.id} ({each.name})' for each in there[:20])}"
        )
    return kind, found


def _new_name(arguments: Arguments, old: str) -> str:
    given = arguments.take("name")
    if isinstance(given, Mapping):
        try:
            return languages.composed({**languages.parts(old), **given})
        except ValueError as error:
            raise Misuse(str(error)) from error
    if not isinstance(given, str) or not given or len(given) > 255 or "\x00" in given:
        raise Misuse(f"'name' must be text, or an object of codes (US, NO ...) and texts, got {given!r}")
    return given


def _rename(ctx: Context, arguments: Arguments) -> None:
    """Rename a status or the like: `kind`?, `number`, `name` (text, or texts by code: the other languages stay)."""
    kind, found = _entry(ctx, arguments)
    made = found._replace(name=_new_name(arguments, found.name))
    if kind == "contact":
        ctx.cite("superoffice.person.changed")
        made = made._replace(facts={**made.facts, "updated": ctx.now})
    enter(ctx.db, tenant_name(ctx), kind, [made])


def _change_person(ctx: Context, arguments: Arguments) -> None:
    """Change a person: `number`, `first`?, `middle`?, `last`?, `email`?, `phone`?. No ticket changes by that."""
    number = arguments.whole("number", 0, 0, 2**31 - 1)
    found = read_directory(ctx.db, tenant_name(ctx)).get("person", number)
    if not found.id:
        raise Misuse(f"there is no person {number}")
    parts = {name: arguments.text(name, "", most=255) for name in company.PARTS if name in arguments.raw}
    ctx.cite("superoffice.person.changed")
    enter(ctx.db, tenant_name(ctx), "person", [company.changed(found, parts, ctx.now)])


def _add_status(ctx: Context, arguments: Arguments) -> None:
    """Add a status: `name`, `base` (Active, Closed ...), `counter`? (None, Internally, Externally, Queue)."""
    base, counter = arguments.text("base"), arguments.text("counter", "None")
    if base not in ENUMS["TicketBaseStatus"] or ENUMS["TicketBaseStatus"][base] > 1000:
        raise Misuse(f"'base' must be a base status such as Active or Closed, got {base!r}")
    _counter(counter)
    number = max((each.id for each in read_directory(ctx.db, tenant_name(ctx)).all("status")), default=0) + 1
    made = Named(number, _new_name(arguments, ""), {"base": base, "counter": counter})
    enter(ctx.db, tenant_name(ctx), "status", [made])


def _counter(name: str) -> None:
    if name not in ENUMS["TicketStatusTimeCounter"]:
        raise Misuse(f"'counter' must be one of {', '.join(ENUMS['TicketStatusTimeCounter'])}, got {name!r}")


def _count_in(ctx: Context, arguments: Arguments) -> None:
    """Let the time in a status count elsewhere: `number`, `counter`."""
    counter = arguments.text("counter")
    _counter(counter)
    _, found = _entry(ctx, arguments)
    enter(ctx.db, tenant_name(ctx), "status", [found._replace(facts={**found.facts, "counter": counter})])


# --- the tenant -------------------------------------------------------------------------------------------------------


def _set_state(ctx: Context, arguments: Arguments) -> None:
    """Put the tenant into a state: `state` (Running, OnlineMaintenance, OfflineMaintenance, Stopped)."""
    assert ctx.tenant is not None
    state = arguments.text("state")
    if state not in access.STATES:
        raise Misuse(f"'state' must be one of {', '.join(access.STATES)}, got {state!r}")
    ctx.tenant.facts["state"] = state


def _move(ctx: Context, arguments: Arguments) -> None:
    """Serve the tenant at another host: `host` (with its port; null for any)."""
    assert ctx.tenant is not None
    host = arguments.take("host")
    if host is not None and (not isinstance(host, str) or not host or "/" in host or len(host) > 255):
        raise Misuse(f"'host' must be a host with its port, such as sod.example:8750, or null, got {host!r}")
    ctx.tenant.facts["host"] = host


ACTIONS: Mapping[str, Callable[[Context, Arguments], dict[str, Any] | None]] = {
    "add user": _add_user,
    "change rights": _change_rights,
    "log in": _log_in,
    "end sessions": _end_sessions,
    "rename": _rename,
    "change person": _change_person,
    "add status": _add_status,
    "count status in": _count_in,
    "set state": _set_state,
    "move": _move,
}


def act(ctx: Context, arguments: Arguments) -> dict[str, Any]:
    """One action on the customer; gives its truth, and what the action hands out."""
    handed = arguments.administration(ACTIONS)(ctx, arguments)
    arguments.done()
    ctx.installation.cache.clear()
    return {**told(ctx), **(handed or {})}
