"""Records as clients send them to the REST service: from JSON to the entity that create and update know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockservers.vendors.autotask.emulator.requests import Input, Value
from mockservers.vendors.autotask.emulator.rest.filters import plain
from mockservers.vendors.autotask.emulator.rest.names import Child, Resource
from mockservers.wirekit import json_net


class Unreadable(ValueError):
    """The body is no JSON object; the text says what Json.NET says."""


def record(text: str) -> Mapping[str, Any]:
    """The members of a body as they were sent; raises Unreadable."""
    try:
        found = json_net.loads(text)
    except json_net.JsonNetError as error:
        raise Unreadable(str(error)) from None
    if not isinstance(found, dict):
        raise Unreadable("the body is no JSON object")
    return found


def sent(resource: Resource, members: Mapping[str, Any], child: Child | None, parent: int | None) -> Input:
    """The entity that a body means. Of a collection's record, the address says whose it is."""
    fields: dict[str, Value] = {}
    id_: Value | None = None
    udfs: tuple[tuple[str, str | None], ...] = ()
    udfs_sent = False
    for name, value in members.items():
        low = name.lower()
        if low == "id":
            id_ = Value(plain(value)) if value is not None else None
        elif low == "userdefinedfields":
            if isinstance(value, list):
                udfs, udfs_sent = _udfs(value), True
        else:
            element = resource.get(low)
            if element is not None:
                fields[element.name] = _value(value)
    if child is not None and parent is not None:
        fields[child.field.name] = Value(str(parent), "int")
    return Input(resource.entity.name, id_, fields, udfs, udfs_sent)


def unknown(resource: Resource, members: Mapping[str, Any]) -> list[str]:
    """Members that the resource has no field for, which the service passes over."""
    known = ("id", "userdefinedfields", "soapparentpropertyid")
    return [name for name in members if name.lower() not in known and resource.get(name) is None]


def _value(value: Any) -> Value:
    if value is None:
        return Value(None, "string", nil=True)
    if isinstance(value, (dict, list)):
        return Value(None, "string", structured=True)
    return Value(plain(value) or None, "string")


def _udfs(found: list[Any]) -> tuple[tuple[str, str | None], ...]:
    pairs = []
    for each in found:
        if isinstance(each, dict):
            low = {str(name).lower(): value for name, value in each.items()}
            value = low.get("value")
            pairs.append((str(low.get("name") or "").strip(), None if value is None else plain(value)))
    return tuple(pairs)
