"""What the REST service calls entities and fields, and which collections belong to which record.

Names that do not follow from those of the SOAP service stand in fixtures/autotask/rest.json. Knows no request.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mockservers.kernel import data
from mockservers.vendors.autotask.emulator.entities import ENTITIES, Element, Entity

FACTS: Mapping[str, Any] = json.loads(data.file("fixtures", "autotask", "rest.json").read_text("utf-8"))
_PLURALS = (("ies", "y"), ("xes", "x"), ("ases", "as"), ("s", ""))


def camel(name: str) -> str:
    """A name in camel case as Json.NET makes it: a run of capitals becomes small, but for the one that begins a word."""
    letters = list(name)
    for at, letter in enumerate(letters):
        if at == 1 and not letter.isupper():
            break
        if at > 0 and at + 1 < len(letters) and not letters[at + 1].isupper():
            break
        letters[at] = letter.lower()
    return "".join(letters)


def _field(element: str, others: Mapping[str, str]) -> str:
    found = others.get(element)
    return camel(element) if found is None else found


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of record as REST has it: `name` stands in paths, `singular` in messages.

    `owned`: records are created and changed in the collections of their parents alone.
    """

    name: str
    singular: str
    entity: Entity
    owned: bool
    named: Mapping[str, str] = field(hash=False)
    """REST names by SOAP names, in the order of answers, without id and user-defined fields."""
    elements: Mapping[str, Element] = field(hash=False)
    """Elements by REST name in lower case."""

    def get(self, name: str) -> Element | None:
        """An element by its REST name in any letter case."""
        return self.elements.get(name.strip().lower())

    @property
    def verbs(self) -> frozenset[str]:
        """What may be done to records by the resource's own path."""
        return frozenset() if self.owned else deeds(self.entity)


def deeds(entity: Entity) -> frozenset[str]:
    """The verbs that write records of an entity."""
    found: set[str] = set()
    if entity.may("create"):
        found.add("POST")
    if entity.may("update"):
        found |= {"PATCH", "PUT"}
    if entity.may("delete"):
        found.add("DELETE")
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Child:
    """A collection below a record of `parent`; `field` of its records names that record."""

    parent: str
    name: str
    resource: Resource
    field: Element


def _singular(name: str, entity: str) -> str:
    if name == entity + "s" or name == entity:
        return entity
    for plural, end in _PLURALS:
        if name.endswith(plural):
            return name.removesuffix(plural) + end
    return name


_OWNED = {each["entity"] for each in FACTS["children"]}


def _resource(soap: str, facts: Mapping[str, Any]) -> Resource:
    entity = ENTITIES[soap]
    others: Mapping[str, str] = facts.get("fields", {})
    absent = facts.get("absent", ())
    pairs = [(each.name, _field(each.name, others)) for each in entity.elements if each.name not in absent]
    pairs.sort(key=lambda pair: pair[1].casefold())
    return Resource(
        facts["name"],
        facts.get("singular") or _singular(facts["name"], soap),
        entity,
        soap in _OWNED and not facts.get("writes", False),
        dict(pairs),
        {rest.lower(): entity[name] for name, rest in pairs},
    )


OF_ENTITY: Mapping[str, Resource] = {soap: _resource(soap, facts) for soap, facts in FACTS["entities"].items()}
"""Resources by the entity's SOAP name."""
RESOURCES: Mapping[str, Resource] = {each.name.lower(): each for each in OF_ENTITY.values()}
"""Resources by their names in lower case: paths have any letter case (autotask.rest.paths)."""
CHILDREN: Mapping[tuple[str, str], Child] = {
    (each["parent"].lower(), each["name"].lower()): Child(
        each["parent"], each["name"], OF_ENTITY[each["entity"]], ENTITIES[each["entity"]][each["field"]]
    )
    for each in FACTS["children"]
}
"""Collections by the names of parent and collection in lower case."""
NOT_EMULATED = frozenset(name.lower() for name in FACTS["not_emulated"])
"""Resources that the service has and this emulator has not."""
