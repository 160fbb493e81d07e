"""Which path of the REST service means what: resources, collections below a record, descriptions, information.

The service finds its way by path and verb alone: a path that no action has answers 404, one that other verbs have 405.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from mockservers.kernel.store import fits
from mockservers.vendors.autotask.emulator.rest.names import CHILDREN, NOT_EMULATED, RESOURCES, Child, Resource, deeds
from mockservers.vendors.autotask.emulator.semantics.attachments import PARENTS

Kind = Literal[
    "zone",
    "versions",
    "threshold",
    "query",
    "count",
    "next",
    "item",
    "records",
    "info",
    "fields",
    "udfs",
    "children",
    "attachments",
]
_ROOT = re.compile(r"/atservicesrest/+(?:v1\.0/+)?(.*)", re.IGNORECASE | re.DOTALL)
_ID = re.compile(r"-?[0-9]{1,18}")
_INFORMATION: dict[str, Kind] = {
    "entityinformation": "info",
    "entityinformation/fields": "fields",
    "entityinformation/userdefinedfields": "udfs",
}
_QUERIES: dict[str, Kind] = {"query": "query", "query/count": "count", "query/next": "next"}
_FREE: dict[str, Kind] = {
    "zoneinformation": "zone",
    "versioninformation": "versions",
    "thresholdinformation": "threshold",
}
_GET = frozenset({"GET"})
_FILED = frozenset(entity for pairs in PARENTS.values() for entity, _ in pairs)
"""Entities whose records have attachments."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where a path leads. `verbs` are those that its actions have."""

    kind: Kind
    verbs: frozenset[str]
    resource: Resource | None = None
    id: int | None = None
    child: Child | None = None
    parent: int | None = None


class NotEmulated(Exception):
    """The service has what the path names, and this emulator has not."""


def find(path: str) -> Route | None:
    """Where a path leads; None where no action has it. Raises NotEmulated."""
    found = _ROOT.fullmatch(path)
    if found is None:
        return None
    parts = [part for part in found[1].split("/") if part]
    if not parts:
        return None
    first = parts[0].lower()
    if len(parts) == 1 and first in _FREE:
        return Route(_FREE[first], _GET)
    if first in NOT_EMULATED or first in ("entityinformation", "version", "modules"):
        raise NotEmulated
    if len(parts) >= 3 and _ID.fullmatch(parts[1]):
        return _below(first, parts)
    resource = RESOURCES.get(first)
    return None if resource is None else _own(resource, parts[1:])


def _own(resource: Resource, parts: list[str]) -> Route | None:
    tail = "/".join(parts).lower()
    if not tail:
        verbs = resource.verbs - {"DELETE"}
        return Route("records", verbs, resource) if verbs else None
    if tail in _INFORMATION:
        return Route(_INFORMATION[tail], _GET, resource)
    if not resource.entity.may("query"):
        return None
    if tail in _QUERIES:
        return Route(_QUERIES[tail], frozenset({"GET", "POST"}), resource)
    id_ = _whole(tail)
    if id_ is None:
        return None
    return Route("item", _GET | (resource.verbs & {"DELETE"}), resource, id_)


def _below(first: str, parts: list[str]) -> Route | None:
    parent, tail = _whole(parts[1]), "/".join(parts[3:]).lower()
    if parts[2].lower() == "attachments":
        return _files(first, parent, tail)
    child = CHILDREN.get((first, parts[2].lower()))
    if child is None or parent is None:
        return None
    resource = child.resource
    may = deeds(resource.entity)
    if tail in _INFORMATION:
        return Route(_INFORMATION[tail], _GET, resource)
    if not tail:
        seen = _GET if resource.entity.may("query") else frozenset[str]()
        return Route("children", seen | (may - {"DELETE"}), resource, None, child, parent)
    id_ = _whole(tail)
    if id_ is None or not resource.entity.may("query"):
        return None
    return Route("item", _GET | (may & {"DELETE"}), resource, id_, child, parent)


def _files(first: str, parent: int | None, tail: str) -> Route | None:
    """The attachments of a record, or one of them."""
    resource = RESOURCES.get(first)
    if resource is None or parent is None or resource.entity.name not in _FILED:
        return None
    if not tail:
        return Route("attachments", frozenset({"GET", "POST"}), resource, parent=parent)
    id_ = _whole(tail)
    return None if id_ is None else Route("attachments", frozenset({"GET", "DELETE"}), resource, id_, parent=parent)


def _whole(text: str) -> int | None:
    if not _ID.fullmatch(text):
        return None
    number = int(text)
    return number if fits(number) else None
