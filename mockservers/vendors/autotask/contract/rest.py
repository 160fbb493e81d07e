"""Reads the REST service's wire: paths and verbs, the JSON of searches and records, and what answers say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from mockservers.harness.history import Exchanged
from mockservers.vendors.autotask import rest_names
from mockservers.vendors.autotask.contract.messages import Asked, Said

OPERATORS: Mapping[str, str] = {
    "eq": "equals",
    "noteq": "notequal",
    "gt": "greaterthan",
    "gte": "greaterthanorequals",
    "lt": "lessthan",
    "lte": "lessthanorequals",
    "beginswith": "beginswith",
    "endswith": "endswith",
    "contains": "contains",
    "exist": "isnotnull",
    "notexist": "isnull",
    "in": "equals",
    "notin": "notequal",
}
"""Operators of filters as SOAP calls them, both in lower case."""
_FREE = {
    "zoneinformation": "getZoneInfo",
    "versioninformation": "versionInformation",
    "thresholdinformation": "getThresholdAndUsageInfo",
}
_INFORMATION = {
    "entityinformation": "getEntityInfo",
    "entityinformation/fields": "GetFieldInfo",
    "entityinformation/userdefinedfields": "getUDFInfo",
}
_WRITES = {"POST": "create", "PATCH": "update", "PUT": "update", "DELETE": "delete"}
_NOTHING = object()
_DEEPEST = 60


def is_rest(exchange: Exchanged) -> bool:
    """Whether a request went to the REST service."""
    return rest_names.ROOT in exchange.target.partition("?")[0].lower()


def asked(exchange: Exchanged) -> Asked:
    """What the client wanted, as far as it can be read."""
    return _wanted(exchange.method, exchange.target, exchange.body)


@lru_cache(maxsize=1024)
def _wanted(method: str, target: str, body: bytes) -> Asked:
    address = urlsplit(target)
    path = unquote(address.path)
    below = path[path.lower().index(rest_names.ROOT) + len(rest_names.ROOT) :]
    parts = [part for part in below.split("/") if part]
    if parts and parts[0].lower() == "v1.0":
        parts = parts[1:]
    if not parts:
        return Asked()
    first, tail = parts[0].lower(), "/".join(parts[1:]).lower()
    if len(parts) == 1 and first in _FREE:
        return Asked(_FREE[first])
    if len(parts) >= 3 and (first, parts[2].lower()) in rest_names.CHILDREN:
        return _child(method, parts, body)
    entity = rest_names.ENTITIES.get(first, "")
    if tail in _INFORMATION:
        return Asked(_INFORMATION[tail], entity)
    if tail in ("query", "query/next", "query/count"):
        by_get = method == "GET"
        query = dict(parse_qsl(address.query, keep_blank_values=True))
        search = {name.lower(): value for name, value in query.items()}.get("search", "") if by_get else body
        return _query("count" if tail.endswith("count") else "query", entity, search)
    return _record(method, entity, parts[1] if len(parts) == 2 else "", body, ())


def _child(method: str, parts: list[str], body: bytes) -> Asked:
    entity, field = rest_names.CHILDREN[parts[0].lower(), parts[2].lower()]
    tail = "/".join(parts[3:]).lower()
    if tail in _INFORMATION:
        return Asked(_INFORMATION[tail], entity)
    return _record(method, entity, parts[3] if len(parts) == 4 else "", body, ((field, parts[1]),))


def _record(method: str, entity: str, id_: str, body: bytes, more: tuple[tuple[str, str], ...]) -> Asked:
    if method == "GET":
        tests = [("id", "equals", id_)] if id_ else []
        return Asked("query", entity.lower(), (*tests, *((name.lower(), "equals", value) for name, value in more)))
    operation = _WRITES.get(method, "")
    if operation == "delete":
        return Asked(operation, entity, entities=({"id": id_},))
    sent = _value(body)
    members = sent if isinstance(sent, Mapping) else {}
    fields = {rest_names.field(entity, str(name)): _text(value) for name, value in members.items()}
    return Asked(operation, entity, entities=({**fields, **dict(more)},) if members else ())


def _query(operation: str, entity: str, search: bytes | str) -> Asked:
    sent = _value(search)
    members = {str(name).lower(): value for name, value in sent.items()} if isinstance(sent, Mapping) else {}
    conditions = members.get("filter")
    if not isinstance(conditions, list):
        return Asked(operation)
    return Asked(operation, entity.lower(), tuple(_tests(entity, conditions, 0)))


def _tests(entity: str, conditions: list[Any], depth: int) -> Iterator[tuple[str, str, str]]:
    for each in conditions:
        if not isinstance(each, Mapping) or depth > _DEEPEST:
            continue
        members = {str(name).lower(): value for name, value in each.items()}
        operator, items = str(members.get("op", "")).strip().lower(), members.get("items")
        if operator in ("and", "or"):
            yield from _tests(entity, items if isinstance(items, list) else [], depth + 1)
            continue
        name = rest_names.field(entity, str(members.get("field", ""))).lower()
        value = members.get("value")
        for one in value if isinstance(value, list) else [value]:
            yield name, OPERATORS.get(operator, f"?{operator}"), _text(one)


def _value(text: bytes | str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _NOTHING


def _text(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: ""}[value]
    return value if isinstance(value, str) else json.dumps(value)


# --- answers ----------------------------------------------------------------------------------------------------------


def said(exchange: Exchanged) -> Said:
    """What the client was told by an answer that is no refused login."""
    entity = asked(exchange).entity.lower()
    return _read(exchange.received or b"", exchange.status or 0, entity)


@lru_cache(maxsize=1024)
def _read(received: bytes, status: int, entity: str) -> Said:
    value = _value(received)
    if not isinstance(value, Mapping):
        return Said("unusable", down=True)
    errors = value.get("errors")
    if status == 200 and not isinstance(errors, list):
        return _good(value, entity)
    if isinstance(errors, list):
        # One record that is not there is no error: some answer so, others that it is null.
        text = "; ".join(map(str, errors))
        return Said("good", entity) if status == 404 else Said("error", text=text)
    if "Message" in value:
        return Said("error", text=str(value["Message"]), down=status >= 500)
    return Said("unusable", down=True)


def _good(value: Mapping[str, Any], entity: str) -> Said:
    rows = value.get("items")
    if rows is None and "item" in value:
        rows = [value["item"]] if value["item"] is not None else []
    if isinstance(rows, list):
        return Said("good", entity, tuple(str(row.get("id", "")) for row in rows if isinstance(row, Mapping)))
    if "itemId" in value:
        return Said("good", entity, (str(value["itemId"]),))
    members = {str(name): str(each) for name, each in value.items() if isinstance(each, (str, int))}
    return Said("good", values=members)


def counted(exchange: Exchanged) -> tuple[int, int] | None:
    """How many requests an answer of ThresholdInformation says were made, and how many may be."""
    value = _value(exchange.received or b"")
    if not isinstance(value, Mapping):
        return None
    made, most = value.get("currentTimeframeRequestCount"), value.get("externalRequestThreshold")
    return (made, most) if isinstance(made, int) and isinstance(most, int) else None
