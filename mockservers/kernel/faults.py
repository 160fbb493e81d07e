"""Faults: trouble on purpose, as data from a closed registry.

A fault has a point in a call's life, an address (vendor, operation, actor, how many matching calls to let pass) and a
lifetime. No probabilities: the same steps meet the same faults, so failures shrink. This module says which fault hits;
the door and the front door carry it out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from mockservers.registry import did_you_mean

Point = Literal["arrive", "admit", "commit", "reply", "deliver"]
POINTS: tuple[Point, ...] = ("arrive", "admit", "commit", "reply", "deliver")
"""In a call's life; `deliver` is when the vendor itself calls a listener (see `webhooks`)."""

NAMELESS: Mapping[Point, str] = {
    "arrive": "hits before the operation is known",
    "deliver": "hits a call of the vendor's own, which is no operation",
}
"""Points that know no operation, and why."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a fault kind: a number within bounds, or a word (`low` and `high` are None)."""

    default: float | int | str
    says: str
    low: float | None = None
    high: float | None = None

    def accept(self, name: str, value: Any) -> Any:
        if isinstance(self.default, str):
            if not isinstance(value, str):
                raise ValueError(f"{name} must be text, got {value!r}")
            return value
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueError(f"{name} must be a number, got {value!r}")
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{name} must be a finite number, got {value!r}")
        if isinstance(self.default, int) and value != int(value):
            raise ValueError(f"{name} must be a whole number, got {value!r}")
        if (self.low is not None and value < self.low) or (self.high is not None and value > self.high):
            raise ValueError(f"{name} must be {self.low} to {self.high}, got {value!r}")
        return type(self.default)(value)


@dataclass(frozen=True, slots=True)
class FaultKind:
    name: str
    point: Point
    says: str
    settings: Mapping[str, Setting] = field(default_factory=dict)


_SECONDS = Setting(1.0, "real seconds", 0, 60)
_LATER = Setting(600, "seconds of the world's time", 1, 86_400)
_BYTES = Setting(64, "bytes of the body that are sent first", 0, 1_000_000)

KINDS: dict[str, FaultKind] = {
    kind.name: kind
    for kind in (
        FaultKind(
            "refuse_connections",
            "arrive",
            "the call is dropped and the port refuses new connections for a while",
            {"seconds": _SECONDS},
        ),
        FaultKind("reset", "arrive", "TCP reset before the server has looked at the request"),
        FaultKind("late_arrival", "arrive", "the request waits before the server looks at it", {"seconds": _SECONDS}),
        FaultKind("unavailable", "arrive", "HTTP 503 from the machine in front of the application"),
        FaultKind(
            "refuse",
            "admit",
            "the vendor refuses, by one of the refusals it documents",
            {"refusal": Setting("", "name of the refusal, from the vendor's list; empty = its first")},
        ),
        FaultKind("fail", "admit", "an internal error before anything was done"),
        FaultKind("rollback", "commit", "an internal error when everything was done: all of it is undone"),
        FaultKind("lost_answer", "reply", "done and kept, but the connection is reset instead of an answer"),
        FaultKind("latency", "reply", "the answer comes late", {"seconds": _SECONDS}),
        FaultKind(
            "drip",
            "reply",
            "the body comes a few bytes at a time",
            {"bytes_per_second": Setting(100, "speed", 1, 10_000_000)},
        ),
        FaultKind("cut", "reply", "the body ends early and the connection is closed", {"after_bytes": _BYTES}),
        FaultKind("reset_midway", "reply", "TCP reset inside the body", {"after_bytes": _BYTES}),
        FaultKind("empty_body", "reply", "the status and headers of a good answer, with no body"),
        FaultKind("delivery_lost", "deliver", "the vendor never calls the listener, and does not know it"),
        FaultKind(
            "delivery_failed", "deliver", "the vendor cannot reach the listener with this call, however often it tries"
        ),
        FaultKind("delivery_late", "deliver", "the vendor calls the listener later", {"seconds": _LATER}),
        FaultKind("delivery_twice", "deliver", "the vendor calls the listener twice with the same event"),
        FaultKind("delivery_swapped", "deliver", "the vendor calls the listener with the next event first"),
        FaultKind("delivery_forged", "deliver", "a stranger calls the listener first, who does not know the secret"),
        FaultKind("delivery_unsigned", "deliver", "a stranger calls the listener first, and signs nothing"),
        FaultKind(
            "delivery_batched",
            "deliver",
            "calls leave only at whole multiples of so long, all at once, as after an outage",
            {"seconds": _LATER},
        ),
        FaultKind("delivery_alone", "deliver", "the vendor answers nobody until the listener has answered it"),
    )
}


@dataclass(slots=True)
class Fault:
    """One planned fault. `skip` matching calls pass first, then it hits `times` calls (None = until cleared)."""

    id: str
    kind: FaultKind
    settings: dict[str, Any]
    vendor: str | None = None
    operation: str | None = None
    actor: str = "client"
    skip: int = 0
    times: int | None = 1
    until: int | None = None
    seen: int = 0
    hits: int = 0

    def matches(self, vendor: str, operation: str | None, actor: str, now: int) -> bool:
        return (
            self.vendor in (None, vendor)
            and (self.operation is None or self.operation == operation)
            and self.actor in (actor, "any")
            and (self.until is None or now < self.until)
        )

    @property
    def spent(self) -> bool:
        return self.times is not None and self.hits >= self.times


_KEPT = tuple(each.name for each in fields(Fault) if each.name != "kind")


class FaultPlan:
    """The faults of one world, in the order they were added."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._count = 0

    def add(
        self,
        kind: str,
        settings: Mapping[str, Any] | None = None,
        *,
        vendor: str | None = None,
        operation: str | None = None,
        actor: str = "client",
        skip: int = 0,
        times: int | None = 1,
        until: int | None = None,
    ) -> Fault:
        """Plan a fault; raises ValueError naming what is unknown or out of range."""
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is not a fault; there are {', '.join(KINDS)}{did_you_mean(str(kind), KINDS)}")
        known = KINDS[kind]
        unknown = set(settings or {}) - set(known.settings)
        if unknown:
            raise ValueError(f"fault {kind!r} has no setting {sorted(unknown)[0]!r}; it has {list(known.settings)}")
        if operation is not None and known.point in NAMELESS:
            raise ValueError(f"fault {kind!r} {NAMELESS[known.point]}; address it by vendor and skip")
        values = {
            name: setting.accept(f"{kind}.{name}", (settings or {}).get(name, setting.default))
            for name, setting in known.settings.items()
        }
        self._count += 1
        fault = Fault(f"f{self._count}", known, values, vendor, operation, actor, skip, times, until)
        self.faults.append(fault)
        return fault

    def dump(self) -> dict[str, Any]:
        """All of it, as JSON can hold it."""
        return {
            "count": self._count,
            "faults": [
                {**{name: getattr(each, name) for name in _KEPT}, "kind": each.kind.name} for each in self.faults
            ],
        }

    def load(self, kept: Mapping[str, Any]) -> None:
        """Become what another plan was when it was dumped."""
        self._count = kept["count"]
        self.faults = [Fault(**{**each, "kind": KINDS[each["kind"]]}) for each in kept["faults"]]

    @property
    def planned(self) -> bool:
        """Whether some fault may still strike."""
        return any(not fault.spent for fault in self.faults)

    def clear(self, fault_id: str | None = None) -> int:
        """Forget one fault, or all; returns how many there were."""
        before = len(self.faults)
        self.faults = [] if fault_id is None else [fault for fault in self.faults if fault.id != fault_id]
        return before - len(self.faults)

    def consult(self, point: Point, vendor: str, operation: str | None, actor: str, now: int) -> Fault | None:
        """The fault that hits this call at this point, if one does; it is counted as a hit."""
        struck: Fault | None = None
        for fault in self.faults:
            if fault.kind.point != point or fault.spent or not fault.matches(vendor, operation, actor, now):
                continue
            fault.seen += 1
            if struck is None and fault.seen > fault.skip:
                fault.hits += 1
                struck = fault
        return struck
