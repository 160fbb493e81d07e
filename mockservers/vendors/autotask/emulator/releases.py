"""What earlier releases of the service lacked: types, and fields of types (autotask.wsdl.release). Knows no table.

Read from `fixtures/autotask/releases.json` when a release other than the latest is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from mockservers.kernel import data
from mockservers.vendors.autotask import VENDOR

LATEST = "latest"


class Later(NamedTuple):
    """What came after a release: names of types, and of elements by type."""

    types: frozenset[str] = frozenset()
    elements: Mapping[str, frozenset[str]] = {}

    def fields(self, entity: str) -> frozenset[str]:
        """The fields of an entity that the release lacks."""
        return self.elements.get(entity, frozenset())


@cache
def later(release: str) -> Later:
    """What a release lacks: a value of the switch `wsdl_release`."""
    if release == LATEST:
        return Later()
    known: Mapping[str, Any] = json.loads(data.file("fixtures", VENDOR.name, "releases.json").read_text("utf-8"))
    found = known[release]
    return Later(frozenset(found["types"]), {name: frozenset(elements) for name, elements in found["elements"].items()})
