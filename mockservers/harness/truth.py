"""The truth at a vendor, as an administrator lists it: what a client's copy is compared with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mockservers.harness.history import Record
from mockservers.kernel.world import World

PAGE = 100
"""Records of one list."""


def record(told: Mapping[str, Any]) -> Record:
    """A record as an act of others tells it."""
    return Record(str(told["id"]), dict(told.get("fields", {})), bool(told.get("exists", True)))


def listed(world: World, vendor: str, part: str | None = None, after: str | None = None) -> Iterator[Record]:
    """Every ticket as it truly is, or every record of a kind that hangs on tickets; those that come after an id."""
    kind = {} if part is None else {"entity": part}
    while True:
        request: dict[str, Any] = {"most": PAGE, **kind} | ({"after": after} if after is not None else {})
        records = world.act(vendor, "list", request)["records"]
        yield from map(record, records)
        if len(records) < PAGE:
            return
        after = str(records[-1]["id"])
