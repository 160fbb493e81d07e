"""A desk that lives on a served world, on the world's clock: what a profile says happens as its time comes.

Nothing runs by itself. Before a call the desk catches up, each deed at its own instant, as a demo's life does; and as a
request arrives it is decided what of the vendor's bad hours meets it. Deeds stand in a list of their own, not in the journal.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mockservers.harness.history import revealing
from mockservers.harness.profile import profile as vendor_profile
from mockservers.harness.scenarios import LABEL, FaultStep, OtherStep
from mockservers.kernel import instants
from mockservers.kernel.ids import Source
from mockservers.kernel.installation import Installation
from mockservers.kernel.instants import DAY, SECOND
from mockservers.kernel.journal import Entry, Exchange
from mockservers.kernel.life import MOST_DAYS, Course, Deed, Life
from mockservers.rehearsal import desk as desks
from mockservers.rehearsal.coverage import Change, Coverage, told_in
from mockservers.rehearsal.events import Event, VendorDesk, Weather, rehearsable, vendor_desk
from mockservers.rehearsal.profiles import DeskProfile

MOST_WEATHERS = 10_000
"""Bad hours that are kept, the latest."""
MOST_REVEALING = 5_000
"""Requests that showed a secret that are kept, the latest."""
MOST_LIVED_AGAIN = 400 * DAY
"""A desk that is older is not gone through from its beginning, but begins anew where it stands."""
MOST_SECONDS = 60.0
"""Real seconds that an answer is late at most."""


@dataclass
class _Storm:
    """A weather that lasts, its faults, and which of them is planned for the next call."""

    weather: Weather
    faults: tuple[FaultStep, ...]
    source: Source
    planned: list[str]


class DeskCourse(Course):
    """A desk's life at one installation. What a store keeps of it is how far it came: a desk that goes on after a restart leaves
    alone the tickets of before."""

    def __init__(self, installation: Installation, profile: DeskProfile, scale: float = 1.0) -> None:
        super().__init__(installation, Life(profile.zone, lambda ctx, source: None))
        self.profile, self.scale = profile, scale
        self.desk: VendorDesk = vendor_desk(installation.emulator.name)
        self.labels = vendor_profile(installation.emulator.name).label_keys
        self.tickets: dict[int, str] = {}
        """Ids by the desk's numbers."""
        self.coverage = Coverage()
        """Which of its changes the client was told; counted as answers leave, which are whole only then."""
        self.weathers: deque[Weather] = deque(maxlen=MOST_WEATHERS)
        self.impossible: Counter[str] = Counter()
        self._storms: list[_Storm] = []
        self.reveals: dict[int, tuple[str, ...]] = {}
        """Where requests showed a secret of the vendor's outside their bodies, by the numbers of their entries: the latest."""
        observers = installation.world.observers
        others = [each for each in observers if not self._succeeds(getattr(each, "__self__", None))]
        observers[:] = [*others, self._answered]
        self._stream: Iterator[Event | Weather | int] | None = None
        self._coming: Event | Weather | int = 0

    def _succeeds(self, other: object) -> bool:
        """Whether another is the desk that lived at this vendor before the world was begun anew."""
        return isinstance(other, DeskCourse) and other.installation.emulator is self.installation.emulator

    def _answered(self, entry: Entry, exchange: Exchange) -> None:
        """An answer leaves: what it tells of waits no more."""
        if entry.vendor != self.installation.emulator.name or entry.actor != "client":
            return
        shown = revealing(exchange, self.installation.secrets)
        if shown:  # the journal masks more than the vendor's own secrets, so it cannot tell later
            self.reveals[entry.n] = shown
            while len(self.reveals) > MOST_REVEALING:
                del self.reveals[next(iter(self.reveals))]
        self.coverage.came(entry.at)
        if exchange.status == 200 and self.coverage.waiting:
            dialect = self.installation.tenants.first.dialect
            self.coverage.told(entry.at, told_in(self.desk, entry, exchange, dialect))

    # --- time passes ---

    def catch_up(self, now: int) -> None:
        """Do what is due by now, and let the weather set in and pass."""
        if now <= self.installation.lived:
            return
        if now - self.installation.lived > MOST_DAYS * DAY:
            self._pass_over(now - MOST_DAYS * DAY)
            self._leave(self.installation.lived)
        if self._stream is None:
            self._begin(self.installation.awake)
        while True:
            storm = min(self._storms, key=lambda each: each.weather.until, default=None)
            coming = self._coming
            at = coming if isinstance(coming, int) else coming.at
            if storm is not None and storm.weather.until <= min(now, at):
                self._clear(storm)
                continue
            if at > now:
                break
            self._coming = self._following()
            if isinstance(coming, Weather):
                self._set_in(coming)
            elif isinstance(coming, Event):
                self._live(coming)

    def _following(self) -> Event | Weather | int:
        return instants.LATEST if self._stream is None else next(self._stream, instants.LATEST)

    def _begin(self, start: int) -> None:
        """Go to where life stands: what was before happened already."""
        lived = self.installation.lived
        if lived - start > MOST_LIVED_AGAIN:
            start = lived
        seed = self.installation.ids.seed
        self._stream = desks.pulse(self.profile, seed=seed, start=start, scale=self.scale)
        self._coming = self._following()
        while (at := self._coming if isinstance(self._coming, int) else self._coming.at) < lived or (
            at == lived and lived > start
        ):
            if isinstance(self._coming, Weather) and self._coming.until > lived:
                self._set_in(self._coming)  # it lasts, whatever was forgotten
            self._coming = self._following()

    def _leave(self, at: int) -> None:
        """The clock leapt: the desk begins anew behind the leap, and leaves alone the tickets of before."""
        for storm in list(self._storms):
            self._clear(storm)
        self.installation.lived = at
        self.tickets.clear()
        self._begin(at)

    def look_anew(self) -> None:
        super().look_anew()
        lived = self.installation.lived
        self._stream = None
        self._storms.clear()
        self.coverage.back(lived)

    # --- what people do ---

    def _live(self, event: Event) -> None:
        step = self.desk.step(event)
        if step is None:
            return
        request = self._request(step)
        if request is None:
            self.installation.lived = event.at
            return
        result = self._do(event.at, lambda ctx: Deed(step.operation, request))
        if not isinstance(result, Mapping) or "id" not in result:
            self.impossible[event.kind] += 1
            return
        id_ = str(result["id"])
        exists = bool(result.get("exists", True))
        if event.kind == "opened":
            self.tickets[event.ticket] = id_
        if not exists:
            self.tickets.pop(event.ticket, None)
        dialect = self.installation.tenants.first.dialect
        shown = event.at + step.delay + self.desk.lag(dialect)
        self.coverage.add(Change(event.at, shown, id_, event.kind, exists))

    def _request(self, step: OtherStep) -> dict[str, Any] | None:
        """What an administrator's operation is asked for; None where a ticket is not there, or no longer."""

        def id_of(label: Any) -> str | None:
            return self.tickets.get(int(label[1:])) if LABEL.fullmatch(label) else str(label)

        request: dict[str, Any] = {}
        if step.ticket is not None:
            request["id"] = id_of(step.ticket)
        if step.action is not None:
            request["action"] = step.action
        request |= {key: id_of(value) if key in self.labels else value for key, value in step.more.items()}
        if step.fields:
            request["fields"] = dict(step.fields)
        if step.delay:
            request["delay"] = step.delay / SECOND
        gone = any(request.get(key, "") is None for key in ("id", *self.labels))
        return None if gone else request

    # --- the vendor's weather ---

    def _set_in(self, weather: Weather) -> None:
        self.weathers.append(weather)
        for step in self.desk.begins(weather):
            self._administer(max(weather.at, self.installation.lived), step)
        source = self.installation.ids.source(f"desk/strikes/{weather.kind}/{weather.at}")
        self._storms.append(
            _Storm(weather, tuple(map(self._timed, self.desk.faults.get(weather.kind, ()))), source, [])
        )

    def _timed(self, fault: FaultStep) -> FaultStep:
        """A fault whose seconds, which are the world's, are the machine's."""
        if "seconds" not in fault.settings:
            return fault
        seconds = self.installation.world.clock.real_seconds(float(fault.settings["seconds"]))
        return replace(fault, settings={**fault.settings, "seconds": min(seconds, MOST_SECONDS)})

    def _clear(self, storm: _Storm) -> None:
        self._storms.remove(storm)
        self._unplan(storm)
        for step in self.desk.ends(storm.weather):
            self._administer(storm.weather.until, step)

    def _administer(self, at: int, step: OtherStep) -> None:
        if step.operation in ("revoke", "restore"):
            tenants = self.installation.tenants
            for credential in tenants.credentials:
                if credential.tenant == tenants.first.name:
                    credential.revoked = at if step.operation == "revoke" else None
            return
        request = self._request(step)
        if request is not None:
            self._do(at, lambda ctx: Deed(step.operation, request))

    def meet(self, now: int) -> None:
        """Decide what of the bad hours strikes the request that arrives."""
        self.catch_up(now)
        plan = self.installation.world.faults
        for storm in self._storms:
            self._unplan(storm)
            if storm.faults and storm.source.random() < storm.weather.rate:
                fault = storm.source.choice(storm.faults)
                vendor, until = self.installation.emulator.name, storm.weather.until
                planned = plan.add(fault.kind, fault.settings, vendor=vendor, operation=fault.operation, until=until)
                storm.planned.append(planned.id)

    def _unplan(self, storm: _Storm) -> None:
        for planned in storm.planned:
            self.installation.world.faults.clear(planned)
        storm.planned.clear()


def living(profile: DeskProfile, scale: float = 1.0) -> Callable[[Installation], Course | None]:
    """What a world's configuration takes as its `desk`. At a vendor that cannot be rehearsed nothing happens by itself."""

    def course(installation: Installation) -> Course | None:
        return DeskCourse(installation, profile, scale) if rehearsable(installation.emulator.name) else None

    return course


def course_of(installation: Installation) -> DeskCourse | None:
    """The desk that lives at an installation, where one does."""
    return installation.life if isinstance(installation.life, DeskCourse) else None
