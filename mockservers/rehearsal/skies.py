"""How the vendor behaves meanwhile: which of the client's calls its weather strikes, and what begins and ends with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from mockservers.harness.scenarios import FaultStep, OtherStep
from mockservers.kernel.ids import Ids
from mockservers.kernel.world import World
from mockservers.rehearsal.events import VendorDesk, Weather
from mockservers.rehearsal.measures import Measures, Outage

PLANNED = 40
"""Strikes of a weather that are planned ahead of a sync."""


@dataclass
class Strikes:
    """A weather that lasts: its faults, planned anew before each sync, and how slow the vendor is."""

    weather: Weather
    faults: tuple[FaultStep, ...]
    outage: Outage
    slow: float = 0.0
    planned: list[str] = field(default_factory=list)


@dataclass
class Skies:
    """The weather over one span. `others` does what administrators do, `behind` counts what became visible between two
    instants and is not shown."""

    world: World
    vendor: str
    desk: VendorDesk
    measures: Measures
    others: Callable[[OtherStep], None]
    behind: Callable[[int, int], int]
    strikes: list[Strikes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = Ids(self.world.config.seed).source("rehearsal/weather")

    @property
    def slow(self) -> float:
        """Seconds that each answer takes longer, on average."""
        return sum(each.slow for each in self.strikes)

    def begin(self, weather: Weather) -> None:
        for step in self.desk.begins(weather):
            self.others(step)
        faults = tuple(self.desk.faults.get(weather.kind, ()))
        slow = sum(float(each.settings.get("seconds", 1.0)) for each in faults if each.kind == "latency")
        strikes = Strikes(
            weather,
            tuple(each for each in faults if each.kind != "latency"),
            Outage(weather.kind, weather.at, weather.until),
            slow * weather.rate,
        )
        self.strikes.append(strikes)
        if weather.kind != "shared":
            self.measures.outages.append(strikes.outage)

    def end(self, strikes: Strikes, at: int) -> None:
        self.strikes.remove(strikes)
        self._unplan(strikes)
        for step in self.desk.ends(strikes.weather):
            self.others(step)
        strikes.outage.backlog = self.behind(strikes.outage.begun, at)
        if not strikes.outage.backlog:
            strikes.outage.drained = at

    def _unplan(self, strikes: Strikes) -> None:
        for fault in strikes.planned:
            self.world.faults.clear(fault)
        strikes.planned.clear()

    def plan(self) -> None:
        """Plan which of the next calls the weather strikes; anew before each sync, so that no plan grows."""
        for strikes in self.strikes:
            self._unplan(strikes)
            rate = strikes.weather.rate
            skip = 0
            for _ in range(PLANNED if rate < 1 else 1):
                if not strikes.faults:
                    break
                fault = strikes.faults[int(self.chance.random() * len(strikes.faults))]
                while rate < 1 and self.chance.random() >= rate and skip < 10 * PLANNED:
                    skip += 1
                planned = self.world.faults.add(
                    fault.kind,
                    fault.settings,
                    vendor=self.vendor,
                    operation=fault.operation,
                    skip=skip,
                    times=1 if rate < 1 else None,
                    until=strikes.weather.until,
                )
                strikes.planned.append(planned.id)
                skip += 1
