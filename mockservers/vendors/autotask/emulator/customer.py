"""What an administrator of the customer does: users and passwords, security levels, picklists, user-defined fields, zones.

Reached through `act` with the id `customer`; each action gives the customer's truth after it, without secrets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Misuse
from mockservers.kernel.tenants import Credential, Tenant
from mockservers.vendors.autotask.emulator import access, limits, model, picklists
from mockservers.vendors.autotask.emulator.arguments import CUSTOMER, Arguments, entity_named, tenant_of
from mockservers.vendors.autotask.emulator.choices import Choice
from mockservers.vendors.autotask.emulator.entities import ENTITIES, Entity, kept, stored_time
from mockservers.vendors.autotask.emulator.semantics import particulars


def told(ctx: Context) -> dict[str, Any]:
    """The customer's truth: zone, usage, notices, users and levels."""
    tenant = tenant_of(ctx)
    usage = limits.usage(ctx, tenant)
    users = [
        each for each in ctx.installation.tenants.credentials if each.tenant == tenant.name and each.kind == access.USER
    ]
    return {
        "id": CUSTOMER,
        "exists": True,
        "fields": {
            "zone": dict(tenant.facts["zone"]),
            "multi_currency": bool(tenant.facts.get("multi_currency")),
            "requests": usage.used,
            "threshold": usage.requests,
            "minutes": usage.minutes,
            "notices": [dict(each) for each in tenant.facts.get("notices", ())],
            "users": {str(each.facts.get("user", "")): _told_user(ctx, tenant, each) for each in users},
            "levels": {name: dict(level) for name, level in tenant.facts["levels"].items()},
        },
    }


def _told_user(ctx: Context, tenant: Tenant, user: Credential) -> dict[str, Any]:
    level = access.level_of(tenant, user)
    return {
        "level": next(name for name, each in tenant.facts["levels"].items() if each is level),
        "resource": access.resource_of(user),
        "active": bool(user.facts.get("active", True)),
        "expired": access.expired(user, level, ctx.now),
    }


# --- users and levels -------------------------------------------------------------------------------------------------


def _user(ctx: Context, arguments: Arguments) -> Credential:
    name = arguments.text("user")
    found = access.user(ctx, name)
    if found is None or found.tenant != tenant_of(ctx).name:
        raise Misuse(f"there is no user {name!r} at {tenant_of(ctx).name}")
    return found


def _level(ctx: Context, name: str) -> dict[str, Any]:
    levels: dict[str, dict[str, Any]] = tenant_of(ctx).facts["levels"]
    if name not in levels:
        raise Misuse(f"there is no security level {name!r}; there are {', '.join(levels)}")
    return levels[name]


def _expire(ctx: Context, arguments: Arguments) -> None:
    """A user's password expires now, whatever its level says: `user`."""
    _user(ctx, arguments).expires = ctx.now


def _renew(ctx: Context, arguments: Arguments) -> None:
    """Renew a user's password; it stays the same text: `user`."""
    found = _user(ctx, arguments)
    found.expires, found.facts["renewed"] = None, ctx.now


def _deactivate(ctx: Context, arguments: Arguments) -> None:
    """Turn a user away from now on: `user`."""
    _user(ctx, arguments).facts["active"] = False


def _activate(ctx: Context, arguments: Arguments) -> None:
    """Let a user in again: `user`."""
    _user(ctx, arguments).facts["active"] = True


def _move(ctx: Context, arguments: Arguments) -> None:
    """Give a user another security level: `user`, `level`."""
    found, level = _user(ctx, arguments), arguments.text("level")
    _level(ctx, level)
    found.facts["level"] = level


def _restrict(ctx: Context, arguments: Arguments) -> None:
    """Change a security level, or make one: `level`, `copy_of`? (the level to begin with), `denied`? ({entity: [query, create,
    update, delete]}), `absent`? ([entity]), `hidden`? ({entity: [field]}), `rows`? ({entity: {field: [value]}}), `lines`? (true:
    only its own lines of business), `password_days`? (null: never expires), `impersonate`?."""
    name, tenant = arguments.text("level"), tenant_of(ctx)
    source = arguments.take("copy_of")
    level = dict(_level(ctx, source if isinstance(source, str) else name))
    for part in ("denied", "absent", "hidden", "rows", "lines", "password_days", "impersonate"):
        if part in arguments.raw:
            level[part] = _part(part, arguments.take(part))
    tenant.facts["levels"] = {**tenant.facts["levels"], name: level}


def _part(part: str, given: Any) -> Any:
    if part in ("lines", "impersonate"):
        if not isinstance(given, bool):
            raise Misuse(f"{part!r} must be true or false, got {given!r}")
        return given
    if part == "password_days":
        if given is not None and (isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= 36_500):
            raise Misuse(
                f"'password_days' must be a number of days, or null where passwords do not expire, got {given!r}"
            )
        return given
    if part == "absent":
        if not isinstance(given, list):
            raise Misuse(f"'absent' must be a list of entities, got {given!r}")
        return [entity_named(each).name for each in given]
    if not isinstance(given, Mapping):
        raise Misuse(f"{part!r} must be an object by entity, got {given!r}")
    return {entity_named(name).name: _of_entity(part, entity_named(name), each) for name, each in given.items()}


def _of_entity(part: str, entity: Entity, given: Any) -> Any:
    if part == "rows":
        if not isinstance(given, Mapping):
            raise Misuse(f"'rows' must be an object of fields and lists of values for {entity.name}, got {given!r}")
        found = {}
        for name, values in given.items():
            element = entity.get(str(name))
            if element is None or not isinstance(values, list):
                raise Misuse(
                    f"'rows' must be an object of its fields and lists of values for {entity.name}, got {given!r}"
                )
            try:
                found[element.name] = [kept(element, value) for value in values]
            except ValueError as error:
                raise Misuse(str(error)) from error
        return found
    if not isinstance(given, list):
        raise Misuse(f"{part!r} must be a list for {entity.name}, got {given!r}")
    known = access.DEEDS if part == "denied" else [each.name for each in entity.elements]
    for each in given:
        if each not in known:
            raise Misuse(f"{each!r} cannot be {part} of {entity.name}")
    return list(given)


# --- picklists and user-defined fields --------------------------------------------------------------------------------


def _list(ctx: Context, arguments: Arguments) -> tuple[str, str, list[Choice]]:
    entity, name = arguments.entity(), arguments.text("field")
    element = entity.get(name)
    if element is None or not element.field.picklist:
        raise Misuse(f"{entity.name}.{name} is no picklist field")
    return entity.name, element.name, list(picklists.choices(ctx, entity.name, element.name))


def _keep(ctx: Context, entity: str, name: str, values: list[Choice]) -> None:
    picklists.keep(ctx.db, ctx.installation, tenant_of(ctx).name, entity, name, values)


def _edited(ctx: Context, arguments: Arguments, edit: Callable[[Choice], Choice]) -> None:
    entity, name, values = _list(ctx, arguments)
    wanted = str(arguments.take("value"))
    if wanted not in [each.value for each in values]:
        raise Misuse(f"{entity}.{name} has no value {wanted!r}; it has {', '.join(each.value for each in values)}")
    _keep(ctx, entity, name, [edit(each) if each.value == wanted else each for each in values])


def _label(ctx: Context, arguments: Arguments) -> None:
    """Give a picklist value another label, in all languages: `entity`?, `field`, `value`, `label`."""
    label = arguments.text("label")
    _edited(ctx, arguments, lambda each: replace(each, labels=(label,)))


def _retire(ctx: Context, arguments: Arguments) -> None:
    """Make a picklist value inactive: `entity`?, `field`, `value`."""
    _edited(ctx, arguments, lambda each: replace(each, active=False))


def _revive(ctx: Context, arguments: Arguments) -> None:
    """Make a picklist value active again: `entity`?, `field`, `value`."""
    _edited(ctx, arguments, lambda each: replace(each, active=True))


def _prefer(ctx: Context, arguments: Arguments) -> None:
    """Make a picklist value the default, or nothing when `value` is null: `entity`?, `field`, `value`."""
    entity, name, values = _list(ctx, arguments)
    wanted = arguments.take("value")
    if wanted is not None and str(wanted) not in [each.value for each in values]:
        raise Misuse(f"{entity}.{name} has no value {wanted!r}; it has {', '.join(each.value for each in values)}")
    _keep(ctx, entity, name, [replace(each, default=each.value == str(wanted)) for each in values])


def _add(ctx: Context, arguments: Arguments) -> None:
    """Add a picklist value: `entity`?, `field`, `value`, `label`, `parent`?."""
    entity, name, values = _list(ctx, arguments)
    value, label, parent = str(arguments.take("value", "")), arguments.text("label"), str(arguments.take("parent", ""))
    whole = ENTITIES[entity][name].form != "text"
    if not value or value in [each.value for each in values] or (whole and not value.lstrip("-").isdecimal()):
        raise Misuse(f"{value!r} cannot be a new value of {entity}.{name}")
    _keep(ctx, entity, name, [*values, Choice(value, (label,), parent)])


def _define(ctx: Context, arguments: Arguments) -> None:
    """Define a user-defined field: `entity`?, `name`, `type`? (text, number, date, list), `items`?, `required`?,
    `protected`?."""
    entity, name, tenant = arguments.entity(), arguments.text("name"), tenant_of(ctx).name
    form = arguments.text("type", "text")
    kinds = {word: number for number, word in sorted(model.DATA_TYPES.items(), reverse=True)}
    if not entity.udf_capable or form not in kinds:
        raise Misuse(f"{entity.name} cannot have a user-defined field of type {form!r}; types are {', '.join(kinds)}")
    if name.casefold() in [each.name.casefold() for each in model.definitions(ctx.db, tenant, entity.name)]:
        raise Misuse(f"{entity.name} has a user-defined field {name!r} already")
    items = arguments.take("items", [])
    if not isinstance(items, list) or not all(isinstance(each, str) and each for each in items):
        raise Misuse(f"'items' must be a list of texts, got {items!r}")
    definition = ENTITIES["UserDefinedFieldDefinition"]
    id_ = model.highest(ctx.db, tenant, definition.name) + 1
    row = {
        "id": id_,
        "Name": name,
        "UdfType": model.UDF_TYPE_OF[entity.name],
        "DataType": kinds[form],
        "IsActive": True,
        "IsRequired": bool(arguments.take("required", False)),
        "IsProtected": bool(arguments.take("protected", False)),
        "CreateDate": stored_time(ctx.now),
    }
    model.insert(ctx.db, tenant, definition, [(row, {})])
    item = ENTITIES["UserDefinedFieldListItem"]
    first = model.highest(ctx.db, tenant, item.name) + 1
    model.insert(
        ctx.db,
        tenant,
        item,
        [
            (
                {
                    "id": first + turn,
                    "UdfFieldId": id_,
                    "ValueForExport": each,
                    "ValueForDisplay": each,
                    "IsActive": True,
                },
                {},
            )
            for turn, each in enumerate(items)
        ],
    )


# --- the customer itself ----------------------------------------------------------------------------------------------


def _zone(ctx: Context, arguments: Arguments) -> None:
    """Move the customer to another zone: `number`?, `address`? (host and port; null for any), `language`?."""
    zone = dict(tenant_of(ctx).facts["zone"])
    if "number" in arguments.raw:
        given = arguments.take("number")
        if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= 999:
            raise Misuse(f"'number' must be the number of a zone, got {given!r}")
        zone["number"] = given
    for name in ("address", "language"):
        if name in arguments.raw:
            given = arguments.take(name)
            if given is not None and (not isinstance(given, str) or not given or "/" in given):
                raise Misuse(
                    f"{name!r} must be text such as {'host:8080' if name == 'address' else 'en'!r}, got {given!r}"
                )
            zone[name] = given if name == "address" else given or "en"
    tenant_of(ctx).facts["zone"] = zone


def _currency(ctx: Context, arguments: Arguments) -> None:
    """Switch the multi-currency module: `on`? (true without it)."""
    on = arguments.take("on", True)
    if not isinstance(on, bool):
        raise Misuse(f"'on' must be true or false, got {on!r}")
    tenant_of(ctx).facts["multi_currency"] = on


def _settle(ctx: Context, arguments: Arguments) -> None:
    """Settings of the service desk: `time_entry_proxy`? (all or self), `start_stop_times`?, `category_required`?
    ({category: [field]} of tickets)."""
    facts = tenant_of(ctx).facts
    who = arguments.take(particulars.PROXY)
    if who not in (None, "all", "self"):
        raise Misuse(f"{particulars.PROXY!r} must be all or self, got {who!r}")
    times = arguments.take(particulars.START_STOP)
    if times not in (None, True, False):
        raise Misuse(f"{particulars.START_STOP!r} must be true or false, got {times!r}")
    needed = arguments.take(particulars.REQUIRED_BY_CATEGORY)
    if needed is not None:
        facts[particulars.REQUIRED_BY_CATEGORY] = _needed(needed)
    if who is not None:
        facts[particulars.PROXY] = who
    if times is not None:
        facts[particulars.START_STOP] = times


def _needed(given: Any) -> dict[str, list[str]]:
    ticket = ENTITIES["Ticket"]
    if not isinstance(given, Mapping):
        raise Misuse(f"{particulars.REQUIRED_BY_CATEGORY!r} must be an object of categories and fields, got {given!r}")
    for names in given.values():
        if not isinstance(names, list) or not all(isinstance(each, str) and ticket.get(each) for each in names):
            raise Misuse(f"a category must have a list of fields of Ticket, got {names!r}")
    return {str(category): [ticket[each].name for each in names] for category, names in given.items()}


def _use(ctx: Context, arguments: Arguments) -> None:
    """Other integrations of the customer make requests: `requests`? (1 without). They count like the client's own."""
    given = arguments.take("requests", 1)
    if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= 20_000:
        raise Misuse(f"'requests' must be a number up to 20000, got {given!r}")
    for _ in range(given):
        ctx.installation.count(tenant_of(ctx).name, ctx.now)


ACTIONS: Mapping[str, Callable[[Context, Arguments], None]] = {
    "expire password": _expire,
    "renew password": _renew,
    "deactivate user": _deactivate,
    "activate user": _activate,
    "change level": _move,
    "restrict": _restrict,
    "rename label": _label,
    "deactivate value": _retire,
    "activate value": _revive,
    "set default": _prefer,
    "add value": _add,
    "define udf": _define,
    "change zone": _zone,
    "switch currency": _currency,
    "use requests": _use,
    "change settings": _settle,
}


def act(ctx: Context, arguments: Arguments) -> dict[str, Any]:
    """One action on the customer; gives its truth."""
    arguments.administration(ACTIONS)(ctx, arguments)
    arguments.done()
    return told(ctx)
