"""What the REST service calls entities and fields, as facts that judges and recordings read: names alone, no behaviour."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from mockservers.kernel import catalogue, data

_FACTS: Mapping[str, Any] = json.loads(data.file("fixtures", "autotask", "rest.json").read_text("utf-8"))
ROOT = "/atservicesrest/"
"""Where the paths of the service begin, in lower case."""
ENTITIES: Mapping[str, str] = {facts["name"].lower(): soap for soap, facts in _FACTS["entities"].items()}
"""SOAP names of entities by the resources' names in lower case."""
CHILDREN: Mapping[tuple[str, str], tuple[str, str]] = {
    (each["parent"].lower(), each["name"].lower()): (each["entity"], each["field"]) for each in _FACTS["children"]
}
"""Entity, and the field that names the parent, by the names of parent and collection in lower case."""


@cache
def fields(entity: str) -> Mapping[str, str]:
    """SOAP names of an entity's fields by their REST names in lower case."""
    known = catalogue.load("autotask")
    names = {each.name for each in known[entity].fields}
    names |= {each["name"] for each in known.facts["complex_types"][entity]["elements"]}
    others: Mapping[str, str] = _FACTS["entities"][entity].get("fields", {})
    return {others.get(name, name).lower(): name for name in names}


def field(entity: str, name: str) -> str:
    """The SOAP name of a field; a name that none has stays as it is."""
    return fields(entity).get(name.strip().lower(), name) if entity in _FACTS["entities"] else name
