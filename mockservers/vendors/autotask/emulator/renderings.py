"""An entity as a piece of XML in the .NET style (autotask.wire.net_style): pure text, without an XML library.

Knows no table and no request.

A piece depends on the row, the tenant's user-defined fields and a `Profile`; that of the standard profile is kept with
the row, so that a page of 500 is a join.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mockservers.kernel import instants
from mockservers.vendors.autotask.emulator import releases
from mockservers.vendors.autotask.emulator.entities import INT, SCALE, Definition, Entity, Form
from mockservers.wirekit.xmltext import text as escaped

ZONES = {"eastern": "America/New_York", "utc": "UTC"}
"""Zones of times on the wire by the words of the switch (autotask.time.eastern)."""
REST_ZONE = "UTC"
"""The zone of times at the REST service (autotask.rest.values)."""
ASTERISKS = "******"
"""What goes out for any password (autotask.wire.flags)."""
_NO_UDFS = "<UserDefinedFields />"


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything but data that a rendering depends on. `hidden` fields are left out for this caller."""

    zone: str = "America/New_York"
    long_as_int: bool = True
    export: bool = True
    hidden: frozenset[str] = frozenset()
    release: str = releases.LATEST

    @classmethod
    def of(cls, dialect: Mapping[str, Any], hidden: frozenset[str] = frozenset()) -> Profile:
        return cls(
            ZONES[dialect["time_zone"]],
            dialect["long_as"] == "int",
            dialect["udf_list_value"] == "export",
            hidden,
            dialect["wsdl_release"],
        )


STANDARD = Profile()
"""The one whose pieces are kept."""


# --- values -----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=200_000)
def offset(zone: str, hour: int) -> int:
    """Microseconds between UTC and the clocks of `zone` during one hour of UTC: changes fall on whole hours."""
    moment = instants.to_datetime(hour * instants.HOUR, instants.zone(zone))
    found = moment.utcoffset()
    assert found is not None
    return round(found.total_seconds()) * instants.SECOND


@lru_cache(maxsize=100_000)
def _day(number: int) -> str:
    return instants.to_datetime(number * instants.DAY).strftime("%Y-%m-%d").rjust(10, "0")


def time(instant: int, zone: str) -> str:
    """`instant` as clocks in `zone` show it, without offset and trailing zeros (autotask.wire.datetime)."""
    local = instant + offset(zone, instant // instants.HOUR)
    if not instants.EARLIEST <= local <= instants.LATEST:
        local = instant
    day, rest = divmod(local, instants.DAY)
    seconds, fraction = divmod(rest // 1000, 1000)
    minutes, second = divmod(seconds, 60)
    whole = f"{_day(day)}T{minutes // 60:02}:{minutes % 60:02}:{second:02}"
    return f"{whole}.{fraction:03}".rstrip("0") if fraction else whole


def double(value: float) -> str:
    """A double as .NET writes it: whole ones without a point, exponents from 1E+15 on."""
    if abs(value) < 1e15:
        return str(int(value)) if value == int(value) else repr(value).upper()
    written = repr(value)
    if "e" in written:
        return written.upper()
    digits = written.lstrip("-").replace(".", "").rstrip("0")
    return f"{'-' if value < 0 else ''}{digits[0]}{'.' if digits[1:] else ''}{digits[1:]}E+15"


def decimal(value: int) -> str:
    """A kept decimal with its four places (autotask.wire.decimal)."""
    whole, places = divmod(abs(value), SCALE)
    return f"{'-' if value < 0 else ''}{whole}.{places:04}"


# --- entities ---------------------------------------------------------------------------------------------------------

_XSI: dict[Form, str] = {
    "int": "int",
    "short": "short",
    "long": "long",
    "double": "double",
    "float": "float",
    "decimal": "decimal",
    "rate": "decimal",
    "bool": "boolean",
    "text": "string",
    "time": "dateTime",
    "date": "dateTime",
}
_Step = tuple[str, Callable[[Any], str], str]


def _writer(name: str, form: Form, profile: Profile) -> Callable[[Any], str]:
    """What writes a field with its type (autotask.wire.typed_fields); a long that fits is an int (autotask.wire.long)."""
    opening, closing = f'<{name} xsi:type="xsd:{_XSI[form]}">', f"</{name}>"
    small, empty, zone = f'<{name} xsi:type="xsd:int">', f'<{name} xsi:type="xsd:string" />', profile.zone
    if form == "text":
        return lambda value: f"{opening}{escaped(value)}{closing}" if value else empty
    if form == "bool":
        yes, no = f"{opening}true{closing}", f"{opening}false{closing}"
        return lambda value: yes if value else no
    if form == "time":
        return lambda value: f"{opening}{time(value, zone)}{closing}"
    if form == "date":
        return lambda value: f"{opening}{time(value, 'UTC')}{closing}"
    if form == "decimal":
        return lambda value: f"{opening}{decimal(value)}{closing}"
    if form == "rate":
        return lambda value: f"{opening}{value:.5f}{closing}"
    if form in ("double", "float"):
        return lambda value: f"{opening}{double(value)}{closing}"
    if form == "long" and profile.long_as_int:
        return lambda value: f"{small if -INT <= value < INT else opening}{value}{closing}"
    return lambda value: f"{opening}{value}{closing}"


@lru_cache(maxsize=2048)
def _steps(entity: Entity, profile: Profile) -> tuple[_Step, ...]:
    """For each element, in the order of the wire, its name, what writes a value, and what stands there without one.

    A text without a value is there as an empty element, anything else is left out (autotask.wire.nulls).
    """
    steps: list[_Step] = []
    lacking = releases.later(profile.release).fields(entity.name)
    for element in entity.elements:
        name = element.name
        if not element.sent or name in lacking:
            continue
        nothing = f'<{name} xsi:type="xsd:string" />' if element.form == "text" else ""
        if (entity.name, name) == ("Resource", "Password"):
            asterisks = f'<{name} xsi:type="xsd:string">{ASTERISKS}</{name}>'
            steps.append((name, lambda value, text=asterisks: text, asterisks))  # type: ignore[misc]
        elif name in profile.hidden:
            steps.append(("", str, nothing))
        else:
            steps.append((name, _writer(name, element.form, profile), nothing))
    return tuple(steps)


def entity(
    kind: Entity,
    row: Mapping[str, Any],
    udf: Mapping[str, str],
    definitions: Sequence[Definition],
    profile: Profile = STANDARD,
) -> str:
    """One `Entity` element. `row` holds kept values by field, `udf` kept texts by the definition's id."""
    get = row.get
    parts = [f'<Entity xsi:type="{kind.name}"><id>{row["id"]}</id>', udfs(udf, definitions, profile)]
    for name, write, nothing in _steps(kind, profile):
        value = get(name)
        if value is not None:
            parts.append(write(value))
        elif nothing:
            parts.append(nothing)
    parts.append("</Entity>")
    return "".join(parts)


def udfs(udf: Mapping[str, str], definitions: Sequence[Definition], profile: Profile = STANDARD) -> str:
    """The user-defined fields: all of them once one has a value, else none (autotask.wire.udf)."""
    if not udf or not any(str(each.id) in udf for each in definitions):
        return _NO_UDFS
    parts = ["<UserDefinedFields>"]
    for each in definitions:
        value = udf.get(str(each.id))
        parts.append(f"<UserDefinedField><Name>{escaped(each.name)}</Name>")
        if value is not None:
            parts.append(f"<Value>{escaped(udf_value(each, value, profile.export))}</Value>")
        parts.append("</UserDefinedField>")
    parts.append("</UserDefinedFields>")
    return "".join(parts)


def udf_value(definition: Definition, value: str, export: bool) -> str:
    """A kept value as it goes out; lists are kept by the value for export (autotask.udf.list_value)."""
    if definition.form == "list" and not export:
        return next((item.display for item in definition.items if item.export == value), value)
    return value
