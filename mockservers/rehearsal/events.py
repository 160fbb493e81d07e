"""What happens at a desk, in words that all vendors share: the border between a desk's profile and a vendor.

A profile yields events and weather (`desk.py`); a vendor's `contract/desk.py` says what they are in its own system.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from mockservers.harness.history import History
from mockservers.harness.scenarios import FaultStep, OtherStep
from mockservers.kernel.dialects import Dialect

Kind = Literal["opened", "noted", "worked", "changed", "moved", "assigned", "closed", "reopened", "merged", "deleted"]
"""`noted` is a note, `worked` one with time booked, `changed` a field, `moved` the status; `merged` goes into `other`."""

WeatherKind = Literal["outage", "slow", "errors", "throttled", "password", "tokens"]
"""Maintenance, slow answers, a burst of errors, other integrations that use up the limit, an expiring password, ended tokens."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that somebody at the desk does. `at` is an instant (microseconds UTC), `ticket` counts the desk's from 1.

    `chance` is a number from 0 up to 1 that belongs to the event alone: whatever a vendor has to choose, it chooses by it.
    """

    at: int
    ticket: int
    kind: Kind
    text: str = ""
    minutes: int = 0
    other: int | None = None
    chance: float = 0.0


@dataclass(frozen=True, slots=True)
class Weather:
    """A time, `at` up to `until`, in which the vendor behaves otherwise. `rate` is the share of calls that it strikes."""

    at: int
    until: int
    kind: WeatherKind
    rate: float = 1.0


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of the vendor's limit a call met: 1.0 is all of it. `throttled` calls were refused or slowed for it."""

    share: float
    throttled: bool = False
    latency: float = 0.0
    """Seconds of virtual time that the vendor made the client wait."""


@dataclass(frozen=True)
class VendorDesk:
    """A vendor's side of a rehearsal, in `contract/desk.py` as DESK.

    `step` says what an event is in the vendor's words (tickets are labels `T1`, `T2` ... as in a scenario), or None for
    what the vendor does not know. `faults` says what strikes while a weather lasts. `usage` reads, in the history of a
    span, the share of the limit at each of the client's requests (by journal number); empty where the vendor has no limit.
    `live_hours` says whether calls at an instant fall into hours in which the vendor asks clients to stay away. `objectives` are
    the defaults, with `guidance`, the ids of the rules that they rest on.
    """

    step: Callable[[Event], OtherStep | None]
    faults: Callable[[Weather], Sequence[FaultStep]]
    objectives: Mapping[str, str]
    guidance: Mapping[str, str] = field(default_factory=dict)
    usage: Callable[[History, Dialect], Mapping[int, Usage]] = lambda history, dialect: {}
    live_hours: Callable[[int, Dialect], bool] = lambda at, dialect: False
