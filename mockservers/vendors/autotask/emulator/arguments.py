"""Requests of other people at Autotask: the entity that is meant, values checked against field and list.

Every mistake is a `Misuse` that says what would have been right. Knows no wire.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from math import isfinite
from typing import Any

from mockservers.kernel import arguments
from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Misuse
from mockservers.kernel.tenants import Tenant
from mockservers.vendors.autotask.emulator import model, picklists
from mockservers.vendors.autotask.emulator.entities import ENTITIES, Definition, Element, Entity, find, kept
from mockservers.vendors.autotask.emulator.renderings import double

UDFS = "UserDefinedFields"
"""Under which user-defined fields stand together, as on the wire."""
CUSTOMER = "customer"


def tenant_of(ctx: Context) -> Tenant:
    """The tenant other people act at."""
    assert ctx.tenant is not None
    return ctx.tenant


class Arguments(arguments.Arguments):
    """A request about entities."""

    __slots__ = ()
    PROMPT = "Autotask"

    def entity(self, default: str = "Ticket") -> Entity:
        """The entity that is meant."""
        return entity_named(self.take("entity", default))


def entity_named(name: Any) -> Entity:
    """An entity by name; raises Misuse for what is none."""
    found = find(name) if isinstance(name, str) else None
    if found is None:
        raise Misuse(f"{name!r} is not an entity of Autotask; there are {', '.join(ENTITIES)}")
    return found


# --- what is given ----------------------------------------------------------------------------------------------------


def checked(ctx: Context, entity: Entity, fields: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str | None]]:
    """The kept form of given fields, and of given user-defined ones by the definition's id."""
    row: dict[str, Any] = {}
    udf: dict[str, str | None] = {}
    for name, value in fields.items():
        if name == UDFS:
            udf = _given_udfs(ctx, entity, value)
            continue
        element = entity.get(name)
        if element is None or name == "id":
            raise Misuse(f"{entity.name} has no field {name!r} that could be given; see GetFieldInfo for its fields")
        try:
            row[element.name] = kept(element, value)
        except ValueError as error:
            raise Misuse(str(error)) from error
        check(ctx, entity, element, row[element.name])
    return row, udf


def check(ctx: Context, entity: Entity, element: Element, value: Any) -> None:
    """Even other people cannot store what the vendor's database would not take."""
    if value is None:
        return
    if element.field.picklist and picklists.find(ctx, entity.name, element.name, str(value)) is None:
        there = ", ".join(each.value for each in picklists.choices(ctx, entity.name, element.name)[:20])
        raise Misuse(f"{element.name} must be a value of its picklist ({there}), got {value!r}")
    reference = element.field.reference
    if (
        reference is not None
        and reference in ENTITIES
        and not model.exists(ctx.db, tenant_of(ctx).name, reference, int(value))
    ):
        raise Misuse(f"{element.name} leads to a {reference}, and there is none with id {value}")
    if element.form == "text" and element.field.length is not None and len(value) > element.field.length:
        raise Misuse(f"{element.name} must have at most {element.field.length} letters, got {len(value)}")


def _given_udfs(ctx: Context, entity: Entity, given: Any) -> dict[str, str | None]:
    if not isinstance(given, Mapping):
        raise Misuse(f"{UDFS} must be an object of names and values, got {given!r}")
    known = {each.name.casefold(): each for each in model.definitions(ctx.db, tenant_of(ctx).name, entity.name)}
    made: dict[str, str | None] = {}
    for name, value in given.items():
        definition = known.get(str(name).casefold())
        if definition is None:
            there = ", ".join(each.name for each in known.values()) or "none"
            raise Misuse(f"{entity.name} has no user-defined field {name!r}; it has {there}")
        made[str(definition.id)] = _udf_text(definition, value)
    return made


def _udf_text(definition: Definition, value: Any) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise Misuse(f"{definition.name} must be text (all user-defined values are texts), got {value!r}")
    try:
        return _UDF_FORMS[definition.form](definition, value)
    except ValueError as error:
        raise Misuse(f"{definition.name} is of type {definition.form} and does not take {value!r}: {error}") from error


def _udf_number(definition: Definition, text: str) -> str:
    if not isfinite(float(text)):
        raise ValueError("it is not finite")
    return double(float(text))


def _udf_date(definition: Definition, text: str) -> str:
    return f"{datetime.fromisoformat(text).date().isoformat()}T00:00:00"


def _udf_item(definition: Definition, text: str) -> str:
    for item in definition.items:
        if text in (item.export, item.display):
            return item.export
    raise ValueError(f"its list holds {', '.join(item.export for item in definition.items)}")


_UDF_FORMS: Mapping[str, Callable[[Definition, str], str]] = {
    "text": lambda definition, text: text,
    "number": _udf_number,
    "date": _udf_date,
    "list": _udf_item,
}
