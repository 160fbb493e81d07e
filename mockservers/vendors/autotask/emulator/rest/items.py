"""Records and descriptions as the JSON of the REST service: pure text, made as Json.NET writes it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from mockservers.vendors.autotask.emulator.entities import Definition, Form
from mockservers.vendors.autotask.emulator.renderings import decimal, time, udf_value
from mockservers.vendors.autotask.emulator.requests import Found
from mockservers.vendors.autotask.emulator.rest.names import OF_ENTITY, Resource
from mockservers.vendors.autotask.emulator.semantics.information import EntityInfo, FieldInfo, PickListValue

_Writer = Callable[[Any], str]


def text(value: str) -> str:
    """A JSON string; what XML could not hold either is written as it is."""
    return json.dumps(value, ensure_ascii=False)


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
}


@lru_cache(maxsize=2048)
def _steps(resource: Resource, hidden: frozenset[str]) -> tuple[tuple[str, str, _Writer, bool], ...]:
    """For each field that is shown: its SOAP name, what opens it, what writes a value, and whether it is a text."""
    steps = []
    for soap, rest in resource.named.items():
        if soap in hidden:
            continue
        form = resource.entity[soap].form
        steps.append((soap, f',"{rest}":', _WRITERS.get(form, str), form == "text"))
    return tuple(steps)


def item(
    resource: Resource,
    row: Mapping[str, Any],
    udf: Mapping[str, str],
    found: Found,
    dialect: Mapping[str, Any],
    only: frozenset[str] | None = None,
) -> str:
    """One record. `only` are the REST names, in lower case, of the fields that were asked for."""
    nothing = "null" if dialect["rest_empty_text"] == "null" else '""'
    # The id is asked for like any other field, or a page of some fields would begin with a comma.
    parts = [f'"id":{row["id"]}' if only is None or "id" in only else ""]
    for soap, opening, write, words in _steps(resource, found.hidden):
        if only is not None and opening[2:-2].lower() not in only:
            continue
        value = row[soap]
        parts.append(opening)
        parts.append((nothing if words else "null") if value is None else write(value))
    own = [each for each in found.definitions if only is None or each.name.lower() in only]
    if only is None or own or "userdefinedfields" in only:
        parts.append(f',"userDefinedFields":[{",".join(_udf(each, udf, dialect) for each in own)}]')
    return "{" + "".join(parts).removeprefix(",") + "}"


def _udf(definition: Definition, udf: Mapping[str, str], dialect: Mapping[str, Any]) -> str:
    value = udf.get(str(definition.id))
    shown = "null" if value is None else text(udf_value(definition, value, dialect["udf_list_value"] == "export"))
    return f'{{"name":{text(definition.name)},"value":{shown}}}'


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
