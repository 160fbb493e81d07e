"""What the harness knows of a vendor before any play: what others can do there, what an integrator is told, what compares.

One `Machine` a vendor. Nothing here looks at a client, and nothing is taken from a vendor's semantics or wire.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from functools import cache, cached_property
from importlib import import_module
from types import ModuleType
from typing import Any

from mockservers.kernel import catalogue, instants
from mockservers.kernel.dialects import Dialect
from mockservers.kernel.instants import MINUTE, SECOND, duration

SLOWEST = 90 * SECOND
"""The longest visibility delay that generated steps use; a client is told it as `lag_seconds`."""


@dataclass(frozen=True)
class Machine:
    """One vendor as the harness plays it.

    `actions` maps what others can do to a ticket to the further keys of such a step; `administration` does so for what
    an administrator does to the installation (the record `customer`). `births` are actions that make a new ticket (and
    so a new label); `label_keys` are the keys whose value is another ticket's label. `tasks` are what a client can be
    asked for. `options` tells what a real integrator would know of an installation of this dialect. `varied` maps an
    option that a client may say it obeys to the switch that the default check then varies, and its values, the default
    first; `free` are switches that it varies for every client, because nobody is promised a value. `untold` are fields
    that an answer of this dialect does not tell. `parts` are further kinds of records (notes ...) that hang on tickets
    and belong to the truth. `zone` is the one in which the vendor's texts tell times, `resolution` how finely (in
    microseconds).
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
    zone: Callable[[Dialect], tzinfo] = lambda dialect: UTC
    resolution: int = SECOND

    def varying(self, dialect: str | Mapping[str, Any], options: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The switches that a check in `dialect` varies for a client that obeys `options`, with their values."""
        if dialect != "default":
            return {}
        obeyed = {switch: values for option, (switch, values) in self.varied.items() if option in options}
        return {**obeyed, **self.free}

    @cached_property
    def types(self) -> Mapping[str, str]:
        """Field name to catalogue type."""
        return {**_types(self.vendor, self.entity), **self.extra_types}

    def strategies(self) -> ModuleType:
        return import_module(f"mockservers.harness.strategies.{self.vendor}")

    def duties(self) -> tuple[Any, ...]:
        found: tuple[Any, ...] = import_module(f"mockservers.harness.duties.{self.vendor}").DUTIES
        return found


@cache
def _types(vendor: str, entity: str) -> Mapping[str, str]:
    return {field.name: field.type for field in catalogue.load(vendor)[entity].fields}


def _local(dialect: Dialect) -> tzinfo:
    """The zone of vendors whose texts tell times without a mark."""
    return instants.zone(dialect["time_zone"])


def _seconds(value: Any) -> float:
    try:
        return duration(value) / SECOND
    except (ValueError, TypeError, AttributeError):
        return 0.0


def _querydata_options(dialect: Dialect) -> dict[str, Any]:
    formats = dialect["result_formats"]
    names = list(formats) if isinstance(formats, Mapping) else ["JSON"]
    json_names = [name for name in names if formats[name] == "json"] if isinstance(formats, Mapping) else names
    return {
        "namespace": dialect["soap_namespace"],
        "parameter": dialect["payload_parameter"],
        "result_format": (json_names or names)[0],
        "details_root": dialect["details_root"],
        "time_zone": dialect["time_zone"],
        "lag_seconds": max(SLOWEST / SECOND, _seconds(dialect["processing_lag"])),
        "window_minutes": 5,
    }


def _get_tickets_options(dialect: Dialect) -> dict[str, Any]:
    return {
        "format": dialect["output_format"],
        "time_zone": dialect["time_zone"],
        "culture": dialect["date_culture"],
    }


def _get_tickets_untold(dialect: Dialect) -> frozenset[str]:
    """Fields that this dialect's answers do not tell, or tell in a way that nobody can read back."""
    found = set()
    if dialect["merged_none"] == "empty":
        found.add("merged")
    if dialect["output_format"] != "xml" and dialect["cc_column"] == "faithful":
        found.add("cc_addresses")
    if dialect["output_format"] == "delimited" and dialect["updater_type_delimited"] == "user_name":
        found.add("updater_type")
    return frozenset(found)


def _querydata_untold(dialect: Dialect) -> frozenset[str]:
    """The centre's raw text is written anew in each notation of times, so no two readings need agree."""
    return frozenset({"TicketText"})


_NOTED = ("by", "note")
_MACHINES = {
    "querydata": Machine(
        vendor="querydata",
        actions={
            "Add Complete Response": _NOTED,
            "Add Ongoing Response": _NOTED,
            "Assign": _NOTED,
            "Change Folder": _NOTED,
            "Add Notes": _NOTED,
            "Add Sketch": _NOTED,
            "Add Map Annotation": _NOTED,
            "Add Facility Type": _NOTED,
            "Revise": ("by",),
        },
        births=frozenset({"Revise"}),
        label_keys=(),
        options=_querydata_options,
        varied={"time_zone": ("time_zone", ("UTC", "America/New_York"))},
        entity="Ticket",
        untold=_querydata_untold,
        zone=_local,
    ),
    "get_tickets": Machine(
        vendor="get_tickets",
        actions={
            "close": ("by",),
            "reopen": ("by",),
            "assign": ("by", "to", "group"),
            "lock": ("by",),
            "unlock": ("by",),
            "merge": ("by", "into"),
            "spawn": ("by", "fields"),
            "update": ("by", "fields"),
            "note": ("by", "note"),
        },
        births=frozenset({"spawn"}),
        label_keys=("into",),
        options=_get_tickets_options,
        varied={
            "format": ("output_format", ("xml", "json", "delimited")),
            "time_zone": ("time_zone", ("UTC", "America/New_York")),
        },
        entity="ticket",
        untold=_get_tickets_untold,
        zone=_local,
        free={"default_order": ("tid", "shuffled")},
    ),
}


CONTRACTED: tuple[str, ...] = tuple(_MACHINES)
"""The vendors that have a contract; others are emulated only."""


def machine(vendor: str) -> Machine:
    """The machine of a vendor; raises ValueError for a name that has none."""
    if vendor not in _MACHINES:
        raise ValueError(f"the harness plays {', '.join(_MACHINES)}, not {vendor!r}")
    return _MACHINES[vendor]
