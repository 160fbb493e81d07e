"""What an administrator of the customer does: labels, roles, technicians, segregation, sessions, licences, lists.

Reached through `act` with the id `customer`; each action gives the customer's truth after it, without secrets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Misuse
from mockservers.kernel.tenants import Credential
from mockservers.vendors.trackit.emulator import access, changes, fields, model, renderings
from mockservers.vendors.trackit.emulator.arguments import CUSTOMER, Arguments, field_named, storable
from mockservers.vendors.trackit.emulator.model import SESSIONS
from mockservers.vendors.trackit.emulator.semantics.workflow import FAILING

LISTS = tuple(sorted({*fields.MODULES.values(), "activity", "note_type", "assignment_template"}))
"""Modules of the directory, whose records can be added and changed."""


def told(ctx: Context) -> dict[str, Any]:
    """The customer's truth."""
    tenant = access.tenant_of(ctx)
    table = SESSIONS.table
    open_ = SESSIONS.open(ctx, table.c.kind == model.ACCESS, table.c.tenant == tenant.name)
    mine = [each for each in access.technicians(ctx) if each.tenant == tenant.name]
    return {
        "id": CUSTOMER,
        "exists": True,
        "fields": {
            "labels": dict(tenant.facts.get("labels", {})),
            "roles": {name: list(each) for name, each in tenant.facts["roles"].items()},
            "segregation": dict(tenant.facts.get("segregation", {})),
            "technicians": {
                str(each.facts.get("user", each.id)): {
                    "role": each.facts.get("role"),
                    "active": access.active(each, ctx.now),
                    "sessions": sum(1 for session in open_ if session.credential == each.id),
                }
                for each in mine
            },
        },
    }


# --- labels and lists -------------------------------------------------------------------------------------------------


def _rename(ctx: Context, arguments: Arguments) -> None:
    """Give a ticket field another label, or its own again when `label` is left out: `field`, `label`?."""
    field = field_named(arguments.text("field"))
    label = arguments.text("label") if "label" in arguments.raw else None
    if label is not None and (not label.strip() or len(label) > 200):
        raise Misuse(f"'label' must be a text of up to 200 characters, got {label!r}")
    labels = dict(access.tenant_of(ctx).facts.get("labels", {}))
    labels.pop(str(field.number), None)
    if label is not None:
        for number, other in renderings.labels(ctx).items():
            if number != field.number and other.strip().casefold() == label.strip().casefold():
                raise Misuse(f"field {number} has the label {label!r} already, and no two can have the same")
        labels[str(field.number)] = label
    access.tenant_of(ctx).facts["labels"] = labels


def _enter(ctx: Context, arguments: Arguments) -> None:
    """Add a record to a list, or change one: `list`, `entry` (its number; a new one without), `facts`."""
    module = arguments.text("list")
    if module not in LISTS:
        raise Misuse(f"there is no list {module!r}; there are {', '.join(LISTS)}")
    facts = arguments.take("facts")
    if not isinstance(facts, Mapping) or not facts:
        raise Misuse(f"'facts' must be an object such as {{'name': 'Pending'}}, got {facts!r}")
    known = model.directory(ctx)[module]
    id_ = arguments.number("entry", max(known, default=0) + 1)
    made: dict[str, Any] = {"type": changes.OPEN} if module == "status" else {}
    made |= {**known.get(id_, {}), **_checked(module, known, facts)}
    if module in ("group", "solution"):
        made |= {"modified": fields.grid(ctx.now), "last_user": "dbo"}
    needed = _NEEDED.get(module)
    if needed is not None and not made.get(needed):
        raise Misuse(f"a {module} without {needed!r} is found by nobody; give it in 'facts'")
    model.enter(ctx, module, id_, made)


_REQUIRED = {"status": {"name": "", "description": None, "type": "O"}}
_NEEDED: Mapping[str, str] = {
    "group": "name",
    "status": "name",
    "activity": "name",
    "note_type": "name",
    "technician": "login",
}
"""The fact by which records of a module are found, and without which there is none."""


def _checked(module: str, known: Mapping[int, Mapping[str, Any]], facts: Mapping[str, Any]) -> dict[str, Any]:
    shape: dict[str, Any] = dict(_REQUIRED.get(module, {}))
    for each in known.values():
        for name, value in each.items():
            if shape.get(name) is None:
                shape[name] = value
    shape |= {"active": True, "default": True, "stops": True, "priority": 1, "groups": [], "precedence": []}
    for name, value in facts.items():
        if name not in shape:
            raise Misuse(f"a {module} has no {name!r}; it has {', '.join(shape)}")
        wanted = shape[name]
        if value is not None and wanted is not None and type(value) is not type(wanted):
            raise Misuse(f"{name!r} of a {module} must be like {wanted!r}, got {value!r}")
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53:
            raise Misuse(f"{name!r} of a {module} is a smaller number than {value}")
    if facts.get("type", "O") not in ("O", "C") and module == "status":
        raise Misuse(f"a status must be of type O or C, got {facts['type']!r}")
    if any(each not in changes.PRECEDENCE for each in facts.get("precedence") or ()):
        raise Misuse("'precedence' lists category, requestor, location and department in another order")
    return {name: storable(name, value) if isinstance(value, str) else value for name, value in facts.items()}


def _default(ctx: Context, arguments: Arguments) -> None:
    """Make a status the default of its type: `status`."""
    ctx.cite("trackit.status.two_types")
    directory = model.directory(ctx)
    wanted = directory.find("status", "name", arguments.text("status"))
    if wanted is None:
        raise Misuse("there is no such status")
    type_ = directory["status"][wanted].get("type")
    for id_, facts in directory["status"].items():
        if facts.get("type") == type_ and bool(facts.get("default")) != (id_ == wanted):
            model.enter(ctx, "status", id_, {**facts, "default": id_ == wanted})


# --- technicians ------------------------------------------------------------------------------------------------------


def _technician(ctx: Context, arguments: Arguments) -> Credential:
    name, tenant = arguments.text("user"), access.tenant_of(ctx).name
    for each in access.technicians(ctx):
        if each.tenant == tenant and each.facts.get("user") == name:
            return each
    raise Misuse(f"there is no technician {name!r}; names are like HELP DESK\\DEMO")


def _permissions(arguments: Arguments) -> list[str]:
    names = arguments.names("permissions")
    for name in names:
        if name not in access.PERMISSIONS:
            raise Misuse(f"there is no permission {name!r}; there are {', '.join(access.PERMISSIONS)}")
    if not names:
        raise Misuse(f"'permissions' lists one at least of {', '.join(access.PERMISSIONS)}")
    return names


def _grant(ctx: Context, arguments: Arguments) -> None:
    """Grant permissions to a role or a technician: `role` or `user`, `permissions`."""
    _settle(ctx, arguments, given=True)


def _withdraw(ctx: Context, arguments: Arguments) -> None:
    """Withdraw permissions from a role or a technician: `role` or `user`, `permissions`."""
    _settle(ctx, arguments, given=False)


def _settle(ctx: Context, arguments: Arguments, given: bool) -> None:
    names = _permissions(arguments)
    if "user" in arguments.raw:
        facts = _technician(ctx, arguments).facts
        for key, wanted in (("granted", given), ("withdrawn", not given)):
            held = [each for each in facts.get(key, ()) if each not in names]
            facts[key] = [*held, *names] if wanted else held
        return
    role, tenant = arguments.text("role"), access.tenant_of(ctx)
    roles = dict(tenant.facts["roles"])
    if role not in roles and not given:
        raise Misuse(f"there is no role {role!r}; there are {', '.join(roles)}")
    held = [each for each in roles.get(role, ()) if each not in names]
    roles[role] = [*held, *names] if given else held
    tenant.facts["roles"] = roles


def _add_technician(ctx: Context, arguments: Arguments) -> None:
    """Add a technician: `user` (GROUP\\LOGINID), `password`, `role`?, `first`?, `last`?, `named_licence`?."""
    user, password, role = arguments.text("user"), arguments.text("password"), arguments.text("role", "Technician")
    group, _, login = user.partition("\\")
    tenant = access.tenant_of(ctx)
    if not login or model.directory(ctx).find("group", "name", group) is None:
        raise Misuse(f"{user!r} is not the name of a group, a backslash and a login")
    if any(each.facts.get("user") == user for each in access.technicians(ctx)):
        raise Misuse(f"there is a technician {user!r} already")
    if role not in tenant.facts["roles"]:
        raise Misuse(f"there is no role {role!r}; there are {', '.join(tenant.facts.get('roles', {}))}")
    first, last = arguments.text("first", login.title()), arguments.text("last", "Technician")
    named = arguments.flag("named_licence", False)
    arguments.done()
    id_ = max(model.directory(ctx)["technician"], default=1000) + 1
    facts = {"user": user, "technician": id_, "role": role, "named_licence": named}
    try:
        ctx.installation.tenants.grant(tenant.name, access.TECHNICIAN, password, None, facts)
    except ValueError as error:
        raise Misuse(str(error)) from error
    ctx.secret(password)
    model.enter(
        ctx,
        "technician",
        id_,
        {"login": login.rpartition("\\")[2], "first": first, "last": last, "name": f"{first} {last}", "group": group},
    )


def _deactivate(ctx: Context, arguments: Arguments) -> None:
    """A technician leaves: no login any more, and his sessions fail: `user`."""
    _technician(ctx, arguments).facts["active"] = False


def _activate(ctx: Context, arguments: Arguments) -> None:
    """A technician comes back: `user`."""
    _technician(ctx, arguments).facts["active"] = True


def _move(ctx: Context, arguments: Arguments) -> None:
    """Give a technician another role: `user`, `role`."""
    found, role = _technician(ctx, arguments), arguments.text("role")
    if role not in access.tenant_of(ctx).facts["roles"]:
        raise Misuse(f"there is no role {role!r}; there are {', '.join(access.tenant_of(ctx).facts.get('roles', {}))}")
    found.facts["role"] = role


def _end_sessions(ctx: Context, arguments: Arguments) -> None:
    """End the sessions of a technician, or of all: `user`?, `keep_refresh`? (refresh tokens end too without it)."""
    table = SESSIONS.table
    conditions = [table.c.tenant == access.tenant_of(ctx).name]
    if "user" in arguments.raw:
        conditions.append(table.c.credential == _technician(ctx, arguments).id)
    if arguments.flag("keep_refresh", False):
        conditions.append(table.c.kind == model.ACCESS)
    model.end_sessions(ctx, *conditions)


# --- segregation, licences, trouble -----------------------------------------------------------------------------------


def _segregate(ctx: Context, arguments: Arguments) -> None:
    """Let groups see only their own records: `modules`? (tickets without it), `group` and `sees`? (names of groups
    whose records that one sees besides its own)."""
    tenant, directory = access.tenant_of(ctx), model.directory(ctx)
    segregation = {module: dict(each) for module, each in tenant.facts.get("segregation", {}).items()}
    group = arguments.take("group")
    seen = [_group(directory, each) for each in arguments.names("sees")]
    for module in _modules(arguments):
        each = segregation.setdefault(module, {})
        if group is not None:
            each[str(_group(directory, group))] = seen
        elif seen:
            raise Misuse("'sees' says what one group sees; name it as 'group'")
    tenant.facts["segregation"] = segregation


def _desegregate(ctx: Context, arguments: Arguments) -> None:
    """Let all groups see everything again: `modules`? (tickets without it)."""
    tenant, modules = access.tenant_of(ctx), _modules(arguments)
    tenant.facts["segregation"] = {
        module: each for module, each in tenant.facts.get("segregation", {}).items() if module not in modules
    }


def _modules(arguments: Arguments) -> list[str]:
    modules = arguments.names("modules") or ["Tickets"]
    for module in modules:
        if module not in access.SEGREGABLE:
            raise Misuse(f"{module!r} cannot be segregated; there are {', '.join(access.SEGREGABLE)}")
    return modules


def _group(directory: model.Directory, name: Any) -> int:
    found = directory.find("group", "name", name) if isinstance(name, str) else None
    if found is None:
        there = ", ".join(str(facts.get("name")) for facts in directory["group"].values())
        raise Misuse(f"there is no group {name!r}; there are {there}")
    return found


def _pool(ctx: Context, arguments: Arguments) -> None:
    """Set how many technicians without a named licence may be logged in: `licences`, without it any number."""
    licences = arguments.number("licences", most=100_000) if "licences" in arguments.raw else None
    tenant = access.tenant_of(ctx)
    tenant.dialect = tenant.dialect.with_({"licence_pool": licences}, scope="tenant")


def _fail_notes(ctx: Context, arguments: Arguments) -> None:
    """Let the notes of the next changes of status fail after the status was changed: `times`?."""
    access.tenant_of(ctx).facts[FAILING] = arguments.number("times", 1, 1000)


ACTIONS: Mapping[str, Callable[[Context, Arguments], None]] = {
    "rename label": _rename,
    "enter": _enter,
    "set default status": _default,
    "grant": _grant,
    "withdraw": _withdraw,
    "add technician": _add_technician,
    "deactivate technician": _deactivate,
    "activate technician": _activate,
    "change role": _move,
    "end sessions": _end_sessions,
    "segregate": _segregate,
    "desegregate": _desegregate,
    "set licences": _pool,
    "fail notes": _fail_notes,
}


def act(ctx: Context, arguments: Arguments) -> dict[str, Any]:
    """One action on the customer; gives its truth."""
    arguments.administration(ACTIONS)(ctx, arguments)
    arguments.done()
    model.forget(ctx)
    return told(ctx)
