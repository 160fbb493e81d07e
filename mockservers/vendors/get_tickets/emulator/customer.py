"""What an administrator of the help desk does: who tickets name gets another name.

Reached through `act` with the id `customer`; each action gives the names that can be looked up after it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mockservers.kernel.operations import Context
from mockservers.kernel.people import CUSTOMER
from mockservers.kernel.rules import Misuse
from mockservers.registry import did_you_mean
from mockservers.vendors.get_tickets.emulator import directory
from mockservers.vendors.get_tickets.emulator.arguments import Arguments

NAMED = ("company", "customer", "technician", "tech_group")
"""Kinds of what tickets name and the lists tell."""
_LONGEST, _MOST = 255, 1_000


def records(ctx: Context, kind: str, after: str, most: int) -> list[dict[str, Any]]:
    """The truth of what tickets name of a kind, by id; those that come after an id."""
    found = directory.entries(ctx, kind, after, most)
    return [{"id": each.id, "exists": True, "fields": {"name": each.name, **each.facts}} for each in found]


def told(ctx: Context) -> dict[str, Any]:
    """The names that can be looked up, by kind and id."""
    names = {kind: {each.id: each.name for each in directory.entries(ctx, kind, "", _MOST)} for kind in NAMED}
    return {"id": CUSTOMER, "exists": True, "fields": names}


def _rename(ctx: Context, arguments: Arguments) -> None:
    """Give somebody another name, which the lists tell and no ticket does: `list` (company, customer, technician or
    tech_group), `entry` (an id), `name`."""
    kind, id_, name = arguments.text("list"), arguments.text("entry"), str(arguments.like("name", "contact", ""))
    if kind not in NAMED:
        raise Misuse(f"'list' must be one of {', '.join(NAMED)}, got {kind!r}{did_you_mean(kind, NAMED)}")
    if not name.strip() or len(name) > _LONGEST:
        raise Misuse(f"'name' must be a text of up to {_LONGEST} characters, got {name!r}")
    directory.rename(ctx, kind, id_, name)


ACTIONS: Mapping[str, Callable[[Context, Arguments], None]] = {"rename": _rename}
