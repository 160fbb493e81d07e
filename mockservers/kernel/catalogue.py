"""The catalogue: entities and fields of a vendor, read once from `fixtures/<vendor>/catalogue.json`.

From this one list come SQL tables, wire types, validation, encodings, generated data and documentation tables. Plain
JSON, because it loads in milliseconds and reviews well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from mockservers.kernel import data

TYPES = ("integer", "long", "short", "decimal", "double", "float", "boolean", "text", "datetime", "date", "json")


@dataclass(frozen=True, slots=True)
class Field:
    """One field as the vendor names it. `length` is in characters. `more` holds what only one vendor's fields have."""

    name: str
    type: str
    length: int | None = None
    required: bool = False
    read_only: bool = False
    queryable: bool = True
    picklist: bool = False
    reference: str | None = None
    values: tuple[str, ...] = ()
    meaning: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entity:
    """A kind of record: its fields in wire order, and flags of the vendor's own in `more`."""

    name: str
    fields: tuple[Field, ...]
    more: Mapping[str, Any] = field(default_factory=dict)

    def field(self, name: str) -> Field:
        for candidate in self.fields:
            if candidate.name == name:
                return candidate
        raise KeyError(f"entity {self.name} has no field {name!r}")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All entities of one vendor, plus its other tables of facts (`facts`, as loaded)."""

    vendor: str
    entities: Mapping[str, Entity]
    facts: Mapping[str, Any]

    def __getitem__(self, entity: str) -> Entity:
        return self.entities[entity]


_FIELD_KEYS = frozenset(Field.__slots__) - {"more", "values"}


def _field(raw: Mapping[str, Any]) -> Field:
    if raw["type"] not in TYPES:
        raise ValueError(f"field {raw['name']!r} has type {raw['type']!r}; the catalogue knows {', '.join(TYPES)}")
    known = {key: value for key, value in raw.items() if key in _FIELD_KEYS}
    more = {key: value for key, value in raw.items() if key not in _FIELD_KEYS and key != "values"}
    return Field(**known, values=tuple(raw.get("values", ())), more=more)


@cache
def load(vendor: str) -> Catalogue:
    """The catalogue of `vendor`; raises FileNotFoundError or ValueError when its file is missing or wrong."""
    raw = json.loads(data.file("fixtures", vendor, "catalogue.json").read_text("utf-8"))
    entities = {
        name: Entity(
            name,
            tuple(_field(each) for each in entity["fields"]),
            {key: value for key, value in entity.items() if key != "fields"},
        )
        for name, entity in raw["entities"].items()
    }
    return Catalogue(vendor, entities, raw.get("facts", {}))
