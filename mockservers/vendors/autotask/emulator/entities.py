"""The 167 entities: their elements in the order of the wire, and the form in which each value is kept and shown.

Made from the catalogue. A value as it is kept is what its column holds: numbers, text, instants, decimals as whole
ten-thousandths. Knows no table, no request and no notation of the wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from mockservers.kernel import catalogue, instants
from mockservers.kernel.catalogue import Field
from mockservers.kernel.store import fits

Form = Literal["int", "long", "short", "double", "float", "decimal", "rate", "bool", "text", "time", "date"]
Class = Literal["string", "numeric", "datetime", "boolean"]

CATALOGUE = catalogue.load("autotask")

SCALE = 10_000
"""Decimals are kept as whole ten-thousandths, as the vendor's database keeps money."""
LARGEST_DECIMAL = 900_000_000_000_000
SHORT, INT = 2**15, 2**31

FRACTIONS: frozenset[Form] = frozenset({"double", "float", "rate"})
"""Forms of which a column holds the number as it is."""
_FORMS: dict[str, Form] = {
    "integer": "int",
    "long": "long",
    "short": "short",
    "double": "double",
    "float": "float",
    "decimal": "decimal",
    "boolean": "bool",
    "text": "text",
    "datetime": "time",
}
_DECIMAL_DOUBLES = {("Resource", "InternalCost"), ("ServiceCall", "Duration")}
"""Declared double, sent as decimals (autotask.wire.decimal)."""
_RATES = {("Currency", "ExchangeRate")}
"""Decimals of five places, one more than money has (autotask.currency.rate)."""
_DATE_ONLY = frozenset(
    {
        "DateWorked",
        "DatePurchased",
        "ExpenseDate",
        "WeekEnding",
        "HolidayDate",
        "HireDate",
        "PeriodDate",
        "ShippingDate",
        "LatestEstimatedArrivalDate",
        "EstimatedArrivalDate",
    }
)
_DATE_ONLY_OF_CONTRACTS = frozenset({"StartDate", "EndDate", "DateDue", "EffectiveDate", "ExpirationDate"})
"""Dates without a time of day (autotask.time.date_only): which they are is our choice, from their names."""
LATEST_FLAGS = "2021"
"""The release whose flags the catalogue has; two years before, some fields had others (autotask.info.field_flags)."""
_EXTRA: dict[str, Field] = {
    "OverrideHourlyRate": Field("OverrideHourlyRate", "decimal"),
    "old_selected_service_sum": Field("old_selected_service_sum", "decimal"),
}
"""Elements without field info that are no ids; all others of that kind are."""


@dataclass(frozen=True, slots=True)
class Element:
    """One field of an entity. `described` is false where field info is silent, `sent` where the wire has no element."""

    name: str
    form: Form
    field: Field
    described: bool = True
    sent: bool = True

    @property
    def folded(self) -> str:
        """The column that holds the text without letter case."""
        return f"{self.name}__ci"

    @property
    def data_class(self) -> Class:
        """The word by which operators know the type (autotask.query.operator_types)."""
        return _CLASSES[self.form]

    def required(self, flags: str) -> bool:
        """Whether field info of `flags` (2021 or 2019) demands a value."""
        return bool(self._flag("required", flags, self.field.required))

    def read_only(self, flags: str) -> bool:
        return bool(self._flag("read_only", flags, self.field.read_only))

    def _flag(self, name: str, flags: str, now: bool) -> Any:
        return self.field.more.get("in_2019", {}).get(name, now) if flags == "2019" else now

    @property
    def parent(self) -> str | None:
        """The field whose value decides which values of this picklist are possible."""
        found: str | None = self.field.more.get("picklist_parent")
        return found


_CLASSES: dict[Form, Class] = {
    "int": "numeric",
    "long": "numeric",
    "short": "numeric",
    "double": "numeric",
    "float": "numeric",
    "decimal": "numeric",
    "rate": "numeric",
    "bool": "boolean",
    "text": "string",
    "time": "datetime",
    "date": "datetime",
}


@dataclass(frozen=True, slots=True)
class Entity:
    """One kind of record. `elements` stand in the order of the wire, without id."""

    name: str
    elements: tuple[Element, ...]
    more: Mapping[str, Any]
    by_name: Mapping[str, Element] = field(default_factory=dict)
    """Elements by name in lower case."""

    def __hash__(self) -> int:
        return hash(self.name)

    def __getitem__(self, name: str) -> Element:
        return self.by_name[name.lower()]

    def get(self, name: str) -> Element | None:
        return self.by_name.get(name.lower())

    def may(self, operation: Literal["create", "update", "delete", "query"]) -> bool:
        """Whether the entity as such allows the operation, whoever asks."""
        return bool(self.more[f"can_{operation}"])

    @property
    def udf_capable(self) -> bool:
        return bool(self.more["udf_capable_documented"])

    @property
    def tracked(self) -> tuple[str, ...]:
        """The fields by which changes are found (autotask.activity.fields)."""
        found = self.more["change_tracking_field"]
        return () if found is None else (found,) if isinstance(found, str) else tuple(found)


def _form(entity: str, described: Field) -> Form:
    form = _FORMS[described.type]
    if (entity, described.name) in _DECIMAL_DOUBLES:
        return "decimal"
    if (entity, described.name) in _RATES:
        return "rate"
    dated = described.name in _DATE_ONLY or (
        entity.startswith("Contract") and described.name in _DATE_ONLY_OF_CONTRACTS
    )
    return "date" if form == "time" and dated else form


def _entity(described: catalogue.Entity) -> Entity:
    name, elements = described.name, []
    by_field = {each.name: each for each in described.fields}
    sent = [each["name"] for each in CATALOGUE.facts["complex_types"][name]["elements"]]
    for each in sent:
        if each in by_field:
            elements.append(Element(each, _form(name, by_field[each]), by_field[each]))
        else:
            extra = _EXTRA.get(each, Field(each, "integer"))
            elements.append(Element(each, _FORMS[extra.type], extra, described=False))
    elements += [
        Element(each.name, _form(name, each), each, sent=False)
        for each in described.fields
        if each.name not in sent and each.name != "id"
    ]
    return Entity(name, tuple(elements), described.more, {each.name.lower(): each for each in elements})


ENTITIES: Mapping[str, Entity] = {name: _entity(described) for name, described in CATALOGUE.entities.items()}
ID = Element("id", "long", Field("id", "long", required=True, read_only=True))
_BY_LOWER = {name.lower(): entity for name, entity in ENTITIES.items()}


def find(name: str) -> Entity | None:
    """An entity by its name in any letter case (autotask.query.any_case)."""
    return _BY_LOWER.get(name.strip().lower())


@dataclass(frozen=True, slots=True)
class Item:
    """One value of a user-defined list: what goes out for machines and what people see."""

    export: str
    display: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Definition:
    """One user-defined field of a tenant. `form` is text, number, date or list; `protected` ones are compared with case."""

    id: int
    name: str
    form: Literal["text", "number", "date", "list"]
    protected: bool = False
    required: bool = False
    description: str = ""
    default: str | None = None
    items: tuple[Item, ...] = ()

    @property
    def data_class(self) -> Class:
        return "numeric" if self.form == "number" else "datetime" if self.form == "date" else "string"


# --- values -----------------------------------------------------------------------------------------------------------

MILLISECOND = 1000


def stored_time(instant: int) -> int:
    """`instant` as the vendor's database keeps it: to 1/300 of a second, told in milliseconds (autotask.time.resolution).

    That is why recorded fractions end in 0, 3 or 7.
    """
    seconds, rest = divmod(instant, instants.SECOND)
    ticks = (rest * 3 + 5_000) // 10_000
    return seconds * instants.SECOND + (ticks * 20 + 3) // 6 * MILLISECOND


def midnight(instant: int) -> int:
    """The day of a kept date: dates are kept as midnight UTC and belong to no zone."""
    return instant - instant % instants.DAY


def kept(element: Element, value: Any) -> Any:
    """A plain value (JSON: text, number, boolean, null, instants ISO 8601) in the form of its column.

    Raises ValueError that names the field and says what it takes.
    """
    if value is None:
        return None
    form, name = element.form, element.name
    if form == "text":
        if not isinstance(value, str) or "\x00" in value:
            raise ValueError(f"{name} must be text without NUL characters, got {value!r}")
        return value or None
    if form == "bool":
        if not isinstance(value, bool):
            raise ValueError(f"{name} must be true or false, got {value!r}")
        return value
    if form in ("time", "date"):
        if not isinstance(value, str):
            raise ValueError(f"{name} must be an instant such as 2026-03-01T10:00:00Z, or null, got {value!r}")
        instant = instants.from_iso(value)
        return midnight(instant) if form == "date" else stored_time(instant)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        raise ValueError(f"{name} must be a number, got {value!r}")
    return _number(element, value)


def _number(element: Element, value: int | float) -> int | float:
    if element.form in FRACTIONS:
        return float(value) + 0.0
    if element.form == "decimal":
        if abs(value) > LARGEST_DECIMAL:
            raise ValueError(f"{element.name} must be a decimal of at most 15 digits before the point, got {value!r}")
        return round(value * SCALE)
    if value != int(value) or not in_range(element.form, int(value)):
        raise ValueError(f"{element.name} must be a whole number of type {element.field.type}, got {value!r}")
    return int(value)


def in_range(form: Form, number: int) -> bool:
    """Whether a whole number fits its type."""
    most = SHORT if form == "short" else INT if form == "int" else None
    return fits(number) if most is None else -most <= number < most


def shown(entity: Entity, row: Mapping[str, Any]) -> dict[str, Any]:
    """The kept values of a row as records show them: the inverse of `kept`."""
    made = {each.name: row[each.name] for each in entity.elements}
    for each in _converted(entity):
        value = made[each.name]
        if value is not None:
            made[each.name] = value / SCALE if each.form == "decimal" else instants.to_iso(value)
    return made


@lru_cache(maxsize=256)
def _converted(entity: Entity) -> tuple[Element, ...]:
    return tuple(each for each in entity.elements if each.form in ("time", "date", "decimal"))
