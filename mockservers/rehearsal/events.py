"""What happens at a desk, in words that all vendors share: the border between a desk's profile and a vendor.

A profile yields events and weather (`desk.py`); a vendor's `contract/desk.py` says what they are in its own system.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, Literal, TypeVar

from mockservers import registry
from mockservers.harness.history import Exchanged, History
from mockservers.harness.scenarios import FaultStep, OtherStep
from mockservers.kernel import instants
from mockservers.kernel.dialects import Dialect

Chosen = TypeVar("Chosen")
Kind = Literal["opened", "noted", "worked", "changed", "moved", "assigned", "closed", "reopened", "merged", "deleted"]
"""`noted` is a note, `worked` one with time booked, `changed` a field, `moved` the status; `merged` goes into `other`."""

WeatherKind = Literal["outage", "slow", "errors", "throttled", "password", "tokens", "shared"]
"""Maintenance, slow answers, a burst of errors, calls refused since the limit is used up, an expired password, ended tokens,
and `shared`: other integrations that use up part of the limit, which strikes no call by itself."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that somebody at the desk does. `at` is an instant (microseconds UTC), `ticket` counts the desk's from 1.

    `chance` is a number from 0 up to 1 that belongs to the event alone: whatever a vendor has to choose, it chooses by it.
    `delay` is how long the vendor takes to show it, in microseconds: its lag at that load.
    """

    at: int
    ticket: int
    kind: Kind
    text: str = ""
    minutes: int = 0
    other: int | None = None
    chance: float = 0.0
    delay: int = 0

    def chosen(self, options: Sequence[Chosen]) -> Chosen:
        """One of a vendor's values, by the event's chance."""
        return options[int(self.chance * len(options))]

    def title(self, most: int) -> str:
        """The beginning of the text, on one line: as far as that many characters of it go."""
        return " ".join(self.text[:most].split())


@dataclass(frozen=True, slots=True)
class Weather:
    """A time, `at` up to `until`, in which the vendor behaves otherwise. `rate` is the share of calls that it strikes.

    `calls` is how many calls other integrations make in it, where it is `shared`.
    """

    at: int
    until: int
    kind: WeatherKind
    rate: float = 1.0
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of the vendor's limit a call met: 1.0 is all of it. `throttled` calls were refused or slowed for it."""

    share: float
    throttled: bool = False
    latency: float = 0.0
    """Seconds of virtual time that the vendor made the client wait."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a record that an answer told says of a ticket's life: when it was opened and closed (instants), how many notes it
    has; or that it is a `note` (its id) of that ticket."""

    ticket: str
    opened: int | None = None
    closed: int | None = None
    notes: int | None = None
    note: str | None = None
    gone: bool = False
    """It ended in another way than by being closed: merged into another, or deleted."""


@dataclass(frozen=True)
class VendorDesk:
    """A vendor's side of a rehearsal, in `contract/desk.py` as DESK.

    `step` says what an event is in the vendor's words (tickets are labels `T1`, `T2` ... as in a scenario), or None for
    what the vendor does not know; it makes no labels but those of `opened`. `faults` are what strikes, by the kind of weather,
    while it lasts: each call of the client that weather's `rate` picks meets one of them, whose seconds are of the world's time.
    `begins` and `ends` are what administrators and other integrations do as it sets in, and when it is over (an expired
    password, its renewal). `usage` reads, in the history of a span, the share of the limit at each of the client's
    requests (by journal number); empty where the vendor has no limit. `lag` is how long the vendor takes to show any change
    in a dialect, in microseconds, beside the delay of an event. `live_hours` says whether an instant falls into hours in
    which the vendor asks clients to stay away with `heavy` requests. `storms` are ids of duties that need no copy and are
    judged hour by hour where something failed: what was refused is not tried on and on. `habits` are those of how a client
    asks, judged in one hour out of six. `tells_gone`: whether a client that asks what is new can learn that a ticket is gone;
    where not, nobody owes that. `data` is the recipe of an installation in which nothing has happened yet. `sighting` reads a
    record as the recording adapter tells it: its kind, id and fields.
    `objectives` are the defaults, with `guidance`, the ids of the rules that they rest on.
    """

    step: Callable[[Event], OtherStep | None]
    faults: Mapping[str, Sequence[FaultStep]]
    objectives: Mapping[str, str]
    begins: Callable[[Weather], Sequence[OtherStep]] = lambda weather: ()
    ends: Callable[[Weather], Sequence[OtherStep]] = lambda weather: ()
    guidance: Mapping[str, str] = field(default_factory=dict)
    usage: Callable[[History, Dialect], Mapping[int, Usage]] = lambda history, dialect: {}
    lag: Callable[[Dialect], int] = lambda dialect: 0
    heavy: Callable[[Exchanged], bool] = lambda exchange: False
    live_hours: Callable[[int, Dialect], bool] = lambda at, dialect: False
    storms: tuple[str, ...] = ()
    habits: tuple[str, ...] = ()
    tells_gone: bool = True
    data: str = "empty"
    sighting: Callable[[str, str, Mapping[str, Any]], Sighting | None] = lambda kind, id_, fields: None


def withdrawn(weather: Weather) -> Sequence[OtherStep]:
    """What begins where a vendor lets a credential end: the client's own is taken away."""
    return (OtherStep("revoke"),) if weather.kind == "password" else ()


def given_back(weather: Weather) -> Sequence[OtherStep]:
    """And its end: the credential is valid again."""
    return (OtherStep("restore"),) if weather.kind == "password" else ()


def instant(value: Any) -> int | None:
    """A time as adapters tell it, None where there is none."""
    return instants.from_iso(value) if isinstance(value, str) and value else None


def vendor_desk(vendor: str) -> VendorDesk:
    """A vendor's side of a rehearsal; raises ValueError for one that has none."""
    part = registry.vendor(vendor)
    try:
        found: VendorDesk = part.module("contract", "desk").DESK
    except ModuleNotFoundError as error:
        if error.name != f"{part.contract}.desk":
            raise
        raise ValueError(
            f"{vendor} cannot be rehearsed: its contract has no desk.py, which says what a desk's life is there"
        ) from error
    return found


def rehearsable(vendor: str) -> bool:
    """Whether a vendor has a side of a rehearsal."""
    part = registry.vendor(vendor)
    return part.contract is not None and find_spec(f"{part.contract}.desk") is not None
