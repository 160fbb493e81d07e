"""What the harness knows of a vendor before anything runs: what others can do there, what an integrator is told, what compares.

Each vendor has one `VendorProfile` in its `contract/profile.py`. Nothing here looks at a client, and nothing is taken from
a vendor's emulator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from functools import cache, cached_property
from types import ModuleType
from typing import Any

from mockservers import registry
from mockservers.kernel import catalogue, instants
from mockservers.kernel.dialects import Dialect
from mockservers.kernel.instants import MINUTE, SECOND

SLOWEST = 90 * SECOND
"""The longest visibility delay that generated steps use; a client is told it as `lag_seconds`."""


@dataclass(frozen=True)
class VendorProfile:
    """One vendor as the harness plays it.

    `actions` maps what others can do to a ticket to the further keys of such a step; `administration` does so for what
    an administrator does to the installation (the record `customer`). `births` are actions that make a new ticket (and
    so a new label); `label_keys` are the keys whose value is another ticket's label. `tasks` are what a client can be
    asked for. `options` tells what a real integrator would know of an installation of this dialect, `known` what of the
    data that a recipe makes. `varied` maps an
    option that a client may say it obeys to the switch that the default check then varies, and its values, the default
    first; `free` are switches that it varies for every client, because nobody is promised a value. `untold` are fields
    that an answer of this dialect does not tell. `parts` are further kinds of records (notes ...) that hang on tickets
    and belong to the truth; `optional_parts` do so for clients alone that name an option in their hello. `members` are
    the lists under which a mirrored ticket may show parts, each with their kind. `obeyed` are further options that a
    client may name, for which other scenarios are drawn; `further` are members of a mirrored ticket that no catalogue
    lists and duties of their own compare. `zone` is the
    one in which the vendor's texts tell times, `resolution` how finely (in microseconds). `nothing` are values that stand,
    in a field, for none at all. `credentials` are what the client is let in
    with where a dialect wants others than the demo's; `lasting` names those that nobody renews, so that no client has a
    reason to write them down.
    """

    vendor: str
    actions: Mapping[str, tuple[str, ...]]
    births: frozenset[str]
    label_keys: tuple[str, ...]
    options: Callable[[Dialect], dict[str, Any]]
    varied: Mapping[str, tuple[str, tuple[str, ...]]]
    entity: str
    untold: Callable[[Dialect], frozenset[str]]
    settle: int = SLOWEST + MINUTE
    free: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    extra_types: Mapping[str, str] = field(default_factory=dict)
    administration: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tasks: tuple[str, ...] = ("sync",)
    parts: tuple[str, ...] = ()
    optional_parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    zone: Callable[[Dialect], tzinfo] = lambda dialect: UTC
    known: Callable[[str], dict[str, Any]] = lambda data: {}
    resolution: int = SECOND
    nothing: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    credentials: Callable[[Dialect], Mapping[str, str]] = lambda dialect: {}
    lasting: tuple[str, ...] = ()
    members: Mapping[str, str] = field(default_factory=dict)
    obeyed: tuple[str, ...] = ()
    further: tuple[str, ...] = ()

    def varying(self, dialect: str | Mapping[str, Any], options: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The switches that a check in `dialect` varies for a client that obeys `options`, with their values."""
        if dialect != "default":
            return {}
        obeyed = {switch: values for option, (switch, values) in self.varied.items() if option in options}
        return {**obeyed, **self.free}

    def parts_for(self, options: Iterable[str]) -> tuple[str, ...]:
        """The kinds of records that belong to the truth of a client that names these options."""
        more = (part for option, parts in self.optional_parts.items() if option in options for part in parts)
        return (*self.parts, *more)

    @cached_property
    def types(self) -> Mapping[str, str]:
        """Field name to catalogue type."""
        return {**_types(self.vendor, self.entity), **self.extra_types}

    def nil(self, name: str, value: Any) -> Any:
        """`value` of a field, or None where it stands for nothing."""
        return None if name in self.nothing and value in self.nothing[name] else value

    def strategies(self) -> ModuleType:
        """The module whose `scenarios(dialect, hello)` draws scenarios for this vendor."""
        return registry.vendor(self.vendor).module("contract", "strategies")


@cache
def _types(vendor: str, entity: str) -> Mapping[str, str]:
    return {field.name: field.type for field in catalogue.load(vendor)[entity].fields}


def local(dialect: Dialect) -> tzinfo:
    """The zone of vendors whose texts tell times without a mark."""
    return instants.zone(dialect["time_zone"])


def contracted() -> tuple[str, ...]:
    """The vendors that have a contract; others are emulated only."""
    return tuple(vendor.name for vendor in registry.vendors().values() if vendor.contract is not None)


@cache
def profile(vendor: str) -> VendorProfile:
    """The profile of a vendor; raises ValueError for a name that has none."""
    found: VendorProfile = registry.vendor(vendor).module("contract", "profile").PROFILE
    return found
