"""Requests of other people while they are read: members taken one by one, values checked against field and list.

Every mistake is a `Misuse` that says what would have been right. Knows no wire.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any

from mockservers.kernel.operations import Context
from mockservers.kernel.rules import Misuse
from mockservers.kernel.store import LARGEST
from mockservers.kernel.tenants import Tenant
from mockservers.vendors.autotask import model, picklists
from mockservers.vendors.autotask.entities import ENTITIES, Definition, Element, Entity, find, kept
from mockservers.vendors.autotask.renderings import double

UDFS = "UserDefinedFields"
"""Under which user-defined fields stand together, as on the wire."""
CUSTOMER = "customer"


def tenant_of(ctx: Context) -> Tenant:
    """The tenant other people act at."""
    assert ctx.tenant is not None
    return ctx.tenant


@dataclass(slots=True)
class Wish:
    """A request while it is read: members that nobody took are unknown."""

    raw: dict[str, Any]

    @classmethod
    def of(cls, request: Any) -> Wish:
        if request is not None and not isinstance(request, Mapping):
            raise Misuse("a request is an object of names and values")
        wish = cls(dict(request or {}))
        delay = wish.take("delay")
        if delay not in (None, 0):
            raise Misuse(
                "delay: what is done at Autotask shows at once, so no change can be seen later than it is made"
            )
        return wish

    def take(self, name: str, default: Any = None) -> Any:
        found = self.raw.pop(name, None)
        return default if found is None else found

    def text(self, name: str, default: str | None = None) -> str:
        found = self.take(name, default)
        if not isinstance(found, str) or not found:
            raise Misuse(f"{name!r} takes text, not {found!r}")
        return found

    def fields(self, required: bool = True) -> dict[str, Any]:
        found = self.take("fields", None if required else {})
        if not isinstance(found, Mapping) or (required and not found):
            raise Misuse(f"'fields' takes an object of names and values, not {found!r}")
        return dict(found)

    def entity(self, default: str = "Ticket") -> Entity:
        """The entity that is meant."""
        return entity_named(self.take("entity", default))

    def number(self, name: str = "id") -> int:
        """The id of a record, which is text or a number."""
        given = self.take(name)
        text = str(given) if not isinstance(given, bool) else ""
        if not text.isascii() or not text.isdecimal() or int(text[:20]) > LARGEST:
            raise Misuse(f"{name!r} takes the id of a record as text, not {given!r}")
        return int(text)

    def has(self, name: str) -> bool:
        """Whether something is given under a name."""
        return self.raw.get(name) not in (None, "")

    def done(self) -> None:
        """Refuse what is left over."""
        left = [name for name, value in self.raw.items() if value is not None]
        if left:
            raise Misuse(f"the request has a member {left[0]!r} that means nothing here")


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
        raise Misuse(f"{element.name} takes a value of its picklist ({there}), not {value!r}")
    reference = element.field.reference
    if (
        reference is not None
        and reference in ENTITIES
        and not model.exists(ctx.db, tenant_of(ctx).name, reference, int(value))
    ):
        raise Misuse(f"{element.name} leads to a {reference}, and there is none with id {value}")
    if element.form == "text" and element.field.length is not None and len(value) > element.field.length:
        raise Misuse(f"{element.name} takes at most {element.field.length} letters, not {len(value)}")


def _given_udfs(ctx: Context, entity: Entity, given: Any) -> dict[str, str | None]:
    if not isinstance(given, Mapping):
        raise Misuse(f"{UDFS} takes an object of names and values, not {given!r}")
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
        raise Misuse(f"{definition.name} takes text (all user-defined values are texts), not {value!r}")
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
    "text": lambda definition, text: text, "number": _udf_number, "date": _udf_date, "list": _udf_item,
}  # fmt: skip
