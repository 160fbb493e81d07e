"""Rights: masks of flags by name, and what a caller's role lets it see of tickets and fields.

A role stands in the facts of a user's credential under `rights`:

    table   {"Mask", "Reason"} on all tickets, or absent
    fields  {property: {"Mask", "Reason"}}
    hidden  {property: [value]}: tickets that have one of them are not seen
    denied  [operation]: answered 403

Knows no table and no request.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from mockservers.kernel import catalogue
from mockservers.vendors.superoffice import VENDOR

_ENUMS = catalogue.load(VENDOR.name).facts["enums"]
TABLE_BITS: Mapping[str, int] = _ENUMS["ETableRight"]
FIELD_BITS: Mapping[str, int] = _ENUMS["EFieldRight"]
SELECT, UPDATE, INSERT, DELETE = (TABLE_BITS[name] for name in ("Select", "Update", "Insert", "Delete"))
READ, WRITE = FIELD_BITS["Read"], FIELD_BITS["Write"]
RESTRICTED = TABLE_BITS["RestrictedUpdate"]

Right = dict[str, str]
"""`Mask` and `Reason`."""


@lru_cache(maxsize=1024)
def bits(mask: str, of_field: bool = False) -> int:
    """The number behind a mask's names; raises ValueError for a name that is none."""
    known = FIELD_BITS if of_field else TABLE_BITS
    total = 0
    for name in mask.split(","):
        if name.strip() not in known:
            raise ValueError(f"{name.strip()!r} is not a flag; there are {', '.join(known)}")
        total |= known[name.strip()]
    return total


def checked(right: Any, of_field: bool = False) -> Right:
    """A right that was given from outside; raises ValueError with a sentence for the giver."""
    if not isinstance(right, Mapping) or not set(right) <= {"Mask", "Reason"} or not isinstance(right.get("Mask"), str):
        raise ValueError(f"a right must be an object with Mask and Reason, got {right!r}")
    reason = right.get("Reason", "")
    if not isinstance(reason, str) or len(reason) > 255:
        raise ValueError(f"Reason must be text, got {reason!r}")
    bits(right["Mask"], of_field)
    return {"Mask": right["Mask"], "Reason": reason}


def values(given: Any) -> tuple[Any, ...]:
    """Values of a property that hides tickets, given from outside; raises ValueError for what no column holds."""
    if not isinstance(given, (list, tuple)) or not all(isinstance(each, (int, str)) for each in given):
        raise ValueError(f"values must be a list of numbers and texts, got {given!r}")
    for each in given:
        if isinstance(each, int) and abs(each) >= 2**63:
            raise ValueError(f"{each} is no number that a ticket has")
        if isinstance(each, str):
            each.encode()  # half a character is no text
    return tuple(given)


@dataclass(frozen=True, slots=True)
class Role:
    """What a caller may see and do. Unchanging; two equal ones render the same."""

    table: Right | None = None
    fields: Mapping[str, Right] = field(default_factory=dict)
    hidden: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    denied: frozenset[str] = frozenset()

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Role:
        raw = facts.get("rights")
        if not isinstance(raw, Mapping) or not raw:
            return FREE
        return _role(json.dumps(raw, sort_keys=True))

    @property
    def blank(self) -> frozenset[str]:
        """Properties that come with their unset value."""
        return frozenset(name for name, right in self.fields.items() if not bits(right["Mask"], True) & READ)

    @property
    def fixed(self) -> frozenset[str]:
        """Properties that the caller may not write."""
        return frozenset(name for name, right in self.fields.items() if not bits(right["Mask"], True) & WRITE)

    def of_row(self, own: str | None) -> Right | dict[str, str] | str | None:
        """The right on a ticket: the role's, else the row's own (JSON), else "" where neither says anything."""
        if self.table is not None:
            return self.table
        return "" if own is None else json.loads(own)

    def may(self, own: str | None, bit: int) -> bool:
        """Whether the caller has one of these rights on a row; no right at all is no restriction."""
        right = self.of_row(own)
        return not right or bool(bits(right["Mask"]) & bit)  # type: ignore[index]

    def sees(self, row: Any) -> bool:
        """Whether the row of a ticket is one that the caller finds."""
        if not self.may(row.right, SELECT):
            return False
        return all(getattr(row, name) not in values for name, values in self.hidden.items())


FREE = Role()
"""A caller without any restriction."""


NOTHING = Role({"Mask": "None", "Reason": ""})
"""A caller whose rights nobody can read: it sees nothing."""


@lru_cache(maxsize=256)
def _role(text: str) -> Role:
    raw = json.loads(text)
    try:
        return Role(
            None if raw.get("table") is None else checked(raw["table"]),
            {name: checked(right, True) for name, right in (raw.get("fields") or {}).items()},
            {name: values(each) for name, each in (raw.get("hidden") or {}).items() if name in _HIDEABLE},
            frozenset(raw.get("denied") or ()),
        )
    except (ValueError, TypeError, AttributeError):
        return NOTHING


_HIDEABLE = frozenset(field.name for field in catalogue.load(VENDOR.name)["Ticket"].fields if not field.read_only) - {
    "ContactId",
    "OwnedByAssociateId",
    "TableRight",
    "FieldProperties",
}
"""Properties that a ticket has of its own."""
