"""What Autotask's requests want and its answers tell, whichever service they came by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request wanted. `tests` are the conditions of a query without their tree: field, operator, value."""

    operation: str = ""
    entity: str = ""
    tests: tuple[tuple[str, str, str], ...] = ()
    entities: tuple[Mapping[str, str], ...] = ()
    """Entities that were to be written, their fields as text."""


@dataclass(frozen=True, slots=True)
class Said:
    """What an answer told. `ids` and `entity` are of the entities in it, `text` is the error's.

    `down`: the service was out of order, as far as the client could see.
    """

    kind: Literal["good", "error", "login", "unusable"]
    entity: str = ""
    ids: tuple[str, ...] = ()
    text: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    """The members of a zone's answer."""
    down: bool = False
