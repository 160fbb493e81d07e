"""What is to be rehearsed, checked before a client is started, and how far a rehearsal is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mockservers.harness.drivers import DEADLINE, ClientSpec, Driver
from mockservers.harness.saving import writable
from mockservers.harness.scenarios import Scenario, span
from mockservers.kernel import instants
from mockservers.kernel.clock import checked
from mockservers.kernel.instants import DAY, MINUTE, SECOND
from mockservers.registry import emulator
from mockservers.rehearsal import objectives as slo
from mockservers.rehearsal.desk import life
from mockservers.rehearsal.events import Event, VendorDesk, Weather, vendor_desk
from mockservers.rehearsal.profiles import MOST_BACK_FILE, DeskProfile, load

DAYS, PROFILE, EVERY = 30, "small_office", 5 * MINUTE
"""What is rehearsed where nobody says otherwise."""


@dataclass(frozen=True)
class Standing:
    """How far a rehearsal is, for whoever watches: days of the span, and what came of it so far."""

    day: float
    days: int
    at: int
    events: int
    syncs: int
    calls: int
    worst: int
    """Microseconds: the longest that a change took to be shown so far, or has taken by now."""
    behind: int
    doing: str = ""


@dataclass(frozen=True)
class RehearsalConfig:
    """What to rehearse. `client` is as `--client` takes it, a whole spec, or a driver at hand (its owner closes it).

    `profile` is the name of a shipped one, a file, or a profile. `every` is how often the client works, in microseconds;
    None: as its hello says (`poll_seconds`), or every five minutes. `start` is the instant at which the span begins; None: the
    profile's own. `objectives` are names and values as `--slo` takes them. `save_to` is the folder for scenario files of
    losses, None to keep none. `explain`: whether losses are played again in small.
    """

    vendor: str
    client: str | ClientSpec | Driver
    days: int = DAYS
    profile: str | Path | DeskProfile = PROFILE
    every: int | None = None
    seed: int = 1
    scale: float = 1.0
    dialect: str | Mapping[str, Any] = "default"
    start: int | None = None
    objectives: Mapping[str, str | float] = field(default_factory=dict)
    max_seconds: float | None = None
    begun: int | None = None
    """The real instant from which `max_seconds` count, where that is before this rehearsal; several may share them."""
    deadline: float = DEADLINE
    save_to: Path | None = Path("scenarios-found")
    explain: bool = True
    back_file: int = 0
    """Tickets that are there before the span begins; a client reads them with its first sync."""
    progress: Callable[[Standing], None] = lambda standing: None


@dataclass(frozen=True)
class Plan:
    """A rehearsal, checked: everything that can be wrong is, before a client is started."""

    config: RehearsalConfig
    profile: DeskProfile
    desk: VendorDesk
    start: int
    objectives: tuple[slo.Objective, ...]

    @staticmethod
    def of(config: RehearsalConfig) -> Plan:
        """Raises ValueError with one sentence."""
        if config.days < 1:
            raise ValueError(f"--days must be a whole number from 1, got {config.days}")
        if not 0 < config.scale < float("inf"):
            raise ValueError(f"--scale must be a number above 0, got {config.scale:g}")
        if not 0 <= config.back_file <= MOST_BACK_FILE:
            raise ValueError(f"--back-file must be a whole number from 0 to {MOST_BACK_FILE}, got {config.back_file}")
        if config.deadline <= 0:
            raise ValueError(f"--deadline must be a number of seconds above 0, got {config.deadline:g}")
        desk = vendor_desk(config.vendor)
        if isinstance(config.dialect, str):
            emulator(config.vendor).dialects.dialect(config.dialect)
        profile = config.profile if isinstance(config.profile, DeskProfile) else load(config.profile)
        start = profile.start if config.start is None else config.start
        try:
            checked(start)
            checked(start + (config.days + 2) * DAY)
        except (ValueError, OverflowError) as error:
            raise ValueError(
                f"a span of {config.days} days from {instants.to_iso(start)} on cannot be rehearsed: {error}"
            ) from error
        asked = slo.chosen(desk.objectives, desk.guidance, profile.objectives, config.objectives)
        book = emulator(config.vendor).rules
        asked = tuple(replace(each, why=book[each.because].says) if each.because else each for each in asked)
        if config.save_to is not None:
            writable(config.save_to)
        return Plan(config, profile, desk, start, asked)

    def life(self) -> Iterator[Event | Weather]:
        config = self.config
        return life(self.profile, seed=config.seed, start=self.start, days=config.days, scale=config.scale)

    @property
    def end(self) -> int:
        return self.start + self.config.days * DAY

    @property
    def scenario(self) -> Scenario:
        """What the world is made of; the steps come as a stream."""
        data = f"demo:{self.config.back_file}" if self.config.back_file else self.desk.data
        return Scenario(self.config.vendor, (), self.start, self.config.dialect, self.config.seed, data)


def cadence(given: int | None, poll_seconds: float | None, default: int) -> int:
    """How often the client works, in microseconds: as somebody says, as it says itself, or the default."""
    every = given if given is not None else default if poll_seconds is None else round(poll_seconds * SECOND)
    if not SECOND <= every <= 366 * DAY:
        raise ValueError(f"the client must work every 1s to 366d, got {span(every)}; give --every, such as 5m")
    return every
