"""Records and descriptions as the JSON of the REST service: pure text, made as Json.NET writes it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any

from mockservers.vendors.autotask.emulator.entities import Definition, Form
from mockservers.vendors.autotask.emulator.renderings import decimal, time, udf_value
from mockservers.vendors.autotask.emulator.requests import Found
from mockservers.vendors.autotask.emulator.rest.names import OF_ENTITY, Resource
from mockservers.vendors.autotask.emulator.semantics.information import EntityInfo, FieldInfo, PickListValue

_Writer = Callable[[Any], str]


text: _Writer = encode_basestring
"""A JSON string; other letters than those of ASCII are written as they are."""


def instant(value: int) -> str:
    """A time in UTC with its mark, without trailing zeros (autotask.rest.values)."""
    return f'"{time(value, "UTC")}Z"'


def number(value: float) -> str:
    """A number with a fraction: at least four places, as recorded answers have (autotask.rest.values)."""
    short = f"{value:.4f}"
    return short if float(short) == value else repr(value)


_WRITERS: Mapping[Form, _Writer] = {
    "text": text,
    "bool": lambda value: "true" if value else "false",
    "time": instant,
    "date": instant,
    "decimal": decimal,
    "double": number,
    "float": number,
    "rate": number,
}


_Steps = tuple[tuple[str, str, str, _Writer], ...]


@lru_cache(maxsize=512)
def _steps(resource: Resource, hidden: frozenset[str], only: frozenset[str] | None, nothing: str) -> _Steps:
    """For each field that is shown: its SOAP name, all that stands there without a value, what opens one and writes it."""
    steps = []
    for soap, rest in resource.named.items():
        if soap in hidden or (only is not None and rest.lower() not in only):
            continue
        form = resource.entity[soap].form
        opening = f',"{rest}":'
        steps.append((soap, opening + (nothing if form == "text" else "null"), opening, _WRITERS.get(form, str)))
    return tuple(steps)


@lru_cache(maxsize=256)
def _own(definitions: tuple[Definition, ...], only: frozenset[str] | None) -> tuple[tuple[Definition, ...], str]:
    """The user-defined fields that are shown, and all that stands there where none has a value."""
    shown = tuple(each for each in definitions if only is None or each.name.lower() in only)
    if only is not None and not shown and "userdefinedfields" not in only:
        return (), ""
    return shown, f',"userDefinedFields":[{",".join(_udf(each, None) for each in shown)}]'


def writer(
    resource: Resource, found: Found, dialect: Mapping[str, Any], only: frozenset[str] | None = None
) -> Callable[[Mapping[str, Any], Mapping[str, str]], str]:
    """What writes a record, of its row and user-defined values. `only` are the REST names of the fields that were asked
    for, in lower case."""
    nothing = "null" if dialect["rest_empty_text"] == "null" else '""'
    steps = _steps(resource, found.hidden, only, nothing)
    own, empty = _own(found.definitions, only)
    export = dialect["udf_list_value"] == "export"
    named = only is None or "id" in only

    def write(row: Mapping[str, Any], udf: Mapping[str, str]) -> str:
        # The id is asked for like any other field, or a page of some fields would begin with a comma.
        parts = [f'"id":{row["id"]}' if named else ""]
        parts += [
            absent if (value := row[soap]) is None else opening + shown(value) for soap, absent, opening, shown in steps
        ]
        if udf and own:
            told = [(each, udf.get(str(each.id))) for each in own]
            values = [_udf(each, None if value is None else udf_value(each, value, export)) for each, value in told]
            parts.append(f',"userDefinedFields":[{",".join(values)}]')
        else:
            parts.append(empty)
        return "{" + "".join(parts).removeprefix(",") + "}"

    return write


def _udf(definition: Definition, value: str | None) -> str:
    return f'{{"name":{text(definition.name)},"value":{"null" if value is None else text(value)}}}'


# --- descriptions -----------------------------------------------------------------------------------------------------


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def entity_info(resource: Resource, info: EntityInfo) -> str:
    """The answer of entityInformation."""
    return _json(
        {
            "info": {
                "name": resource.singular,
                "canCreate": info.create,
                "canDelete": info.delete,
                "canQuery": info.query,
                "canUpdate": info.update,
                **{
                    f"userAccessFor{deed.title()}": info.access.get(deed, "None")
                    for deed in ("create", "delete", "query", "update")
                },
                "hasUserDefinedFields": info.has_udfs,
                "supportsWebhookCallouts": bool(info.webhook),
            }
        }
    )


def _value(value: PickListValue) -> dict[str, Any]:
    return {
        "value": value.value,
        "label": value.label,
        "isDefaultValue": value.default,
        "sortOrder": value.order,
        "parentValue": value.parent,
        "isActive": value.active,
        "isSystem": value.system,
    }


def _reference(name: str) -> str:
    found = OF_ENTITY.get(name)
    return name if found is None else found.singular


def _field(info: FieldInfo, name: str, parent: str) -> dict[str, Any]:
    return {
        "name": name,
        "dataType": info.type,
        "length": info.length,
        "isRequired": info.required,
        "isReadOnly": info.read_only,
        "isQueryable": info.queryable,
        "isReference": bool(info.reference),
        "referenceEntityType": _reference(info.reference),
        "isPickList": info.values is not None,
        "picklistValues": None if info.values is None else [_value(each) for each in info.values],
        "picklistParentValueField": parent,
        "isSupportedWebhookField": bool(info.webhook),
    }


def fields(resource: Resource, infos: Iterable[FieldInfo]) -> str:
    """The answer of entityInformation/fields: id first, then the fields in the order of records."""
    by_soap = {each.name: each for each in infos}
    shown = [_field(by_soap["id"], "id", "")] if "id" in by_soap else []
    for soap, rest in resource.named.items():
        info = by_soap.get(soap)
        if info is not None:
            shown.append(_field(info, rest, resource.named.get(info.parent_field, "")))
    return _json({"fields": shown})


def udfs(infos: Sequence[FieldInfo]) -> str:
    """The answer of entityInformation/userDefinedFields."""
    return _json({"fields": [{**_field(each, each.name, ""), "label": each.label} for each in infos]})
