"""What a world begins with. `mockservers.kernel.world` gives it out, beside the worlds that are made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockservers.kernel import clock as clocks
from mockservers.kernel.keeping import Database
from mockservers.kernel.life import Course
from mockservers.kernel.operations import Recipe
from mockservers.kernel.store import Durability

if TYPE_CHECKING:
    from mockservers.kernel.installation import Installation


@dataclass(frozen=True)
class WorldConfig:
    """What a world begins with, and returns to at a reset.

    `start` is an instant (None = the machine's time), `data` and `dialects` are by vendor. `store` is None for memory,
    a file `name.db` that becomes `name.<world>.<vendor>.db`, or a database of PostgreSQL.
    """

    seed: int = 1
    mode: clocks.Mode = "real"
    start: int | None = None
    rate: float = 1.0
    data: Mapping[str, Recipe] = field(default_factory=dict)
    dialects: Mapping[str, str | Mapping[str, Any]] = field(default_factory=dict)
    store: Path | Database | None = None
    durability: Durability = "normal"
    """Of files."""
    whole_bodies: bool = False
    """Keep every call and bodies of any length in the journal, as a harness needs them."""
    passing: bool = False  # entries are read and let go at once by whoever plays: they are neither masked nor weighed
    spilling: bool = False
    """What outgrows its share of memory goes on in a temporary file, as a world that lives for a year needs it."""
    virtual_waits: bool = False
    """The vendor's own latency moves the clock, and nobody waits for it really."""
    lively: bool = False
    """Other people act by themselves as time passes, where the data are a demo's (see `life`)."""
    listener_hosts: frozenset[str] = frozenset()
    """Hosts beside this machine whose listeners the vendors call."""
    desk: Callable[[Installation], Course | None] | None = None
    """A desk that lives in the place of what the vendors' demos do by themselves; made for each installation."""
