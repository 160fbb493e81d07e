"""Why a change was lost: its neighbourhood as a scenario, played and judged by the contract, and made small.

The month is made anew from its seed, and of it what happened to one ticket is taken, the weather, and the syncs around. A
duty that this breaks says what the client must do, and its rules why. Where it breaks none, the facts of the play are told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mockservers.harness.drivers import DriverFailure
from mockservers.harness.duties import Duty, Judgement, judge
from mockservers.harness.duties import of as duties_of
from mockservers.harness.history import History
from mockservers.harness.play import Declined, EmulatorFailure
from mockservers.harness.runner import OutOfTime, Runner
from mockservers.harness.saving import found_of, write
from mockservers.harness.scenarios import (
    ClientStep,
    ClockStep,
    FaultStep,
    OtherStep,
    Scenario,
    ScenarioError,
    Step,
    births,
    check_labels,
    with_found,
)
from mockservers.harness.verdicts import Counterexample
from mockservers.kernel.redaction import mask
from mockservers.rehearsal.events import Event, VendorDesk, Weather
from mockservers.rehearsal.play import SyncFacts, when
from mockservers.rehearsal.report import Explanation, Loss
from mockservers.wirekit.templates import counted

MOST_PLAYS, MOST_SYNCS = 50, 24
"""Plays for one explanation, and syncs of a neighbourhood."""
MOST_EVENTS = 12
"""What happened to a ticket before the change, at most: its opening, and the latest."""
AFTER = 3
"""Syncs after the change, or after the weather it fell into."""
POSITIONS = (0, 1, 2)
"""Requests of a sync that pass before the first one that fails, where the small world has fewer of them than the large."""
PLACE = re.compile(r"T([1-9][0-9]*)")


@dataclass
class Neighbourhood:
    """What lies around a lost change: events of its tickets, the weather, and the syncs that were struck."""

    loss: Loss
    events: list[Event] = field(default_factory=list)
    weather: list[Weather] = field(default_factory=list)


def gather(losses: Sequence[Loss], life: Iterator[Event | Weather], every: int, end: int) -> list[Neighbourhood]:
    """The neighbourhood of each loss, in one walk through the month."""
    found = [Neighbourhood(loss) for loss in losses]
    by_number: dict[int, list[Neighbourhood]] = {}
    for each in found:
        by_number.setdefault(each.loss.number, []).append(each)
    for item in life:
        if item.at >= end:
            break
        if isinstance(item, Weather):
            for each in found:
                if item.kind != "shared" and item.at <= each.loss.due + every and item.until >= each.loss.due - every:
                    each.weather.append(item)
            continue
        for each in by_number.get(item.ticket, ()):
            each.events.append(item)
        for each in by_number.get(item.other or 0, ()):
            if item.ticket != each.loss.number:
                each.events.append(item)
    return found


@dataclass
class Cut:
    """Makes a neighbourhood into steps of a scenario."""

    here: Neighbourhood
    desk: VendorDesk
    scenario: Scenario
    """That of the month: vendor, seed, dialect."""
    start: int
    every: int
    struck: Mapping[int, SyncFacts]
    """The syncs in which requests failed, by the slot of the cadence at which they began."""

    def make(self, position: int) -> Scenario | None:
        """The scenario in which the first failure of a struck sync comes after `position` requests; None where it cannot be."""
        events = self._events()
        if not events:
            return None
        begin = self._slot(events[0].at)
        moments = self._moments(events, begin)
        steps: list[Step] = []
        now = begin
        labels: dict[int, int] = {}
        known = 0
        for at, _, what in moments:
            if at > now:
                steps.append(ClockStep(at - now))
                now = at
            if isinstance(what, Event):
                step = self._step(what, labels)
                if step is None:
                    continue
                steps.append(step)
                made = births(self._profile, step)
                if made:
                    known += made
                    labels[what.ticket] = known
            elif isinstance(what, tuple):
                steps += what
            else:
                steps += self._sync(at, position)
        scenario = replace(self.scenario, steps=tuple(steps), start=begin, data=self.desk.data, note="", found={})
        try:
            check_labels(scenario)
        except ScenarioError:
            return None
        return scenario

    @property
    def _profile(self):  # type: ignore[no-untyped-def]
        from mockservers.harness.profile import profile

        return profile(self.scenario.vendor)

    def _events(self) -> list[Event]:
        """The ticket's opening, and the latest of what happened to it up to the change; what came with it or later too."""
        events = self.here.events
        if not events:
            return []
        opened = [each for each in events if each.kind == "opened"][:2]
        others = [each for each in events if each not in opened]
        return sorted([*opened, *others[-MOST_EVENTS:]], key=lambda each: each.at)

    def _slot(self, at: int) -> int:
        """The instant of the last sync up to `at`."""
        return self.start + (at - self.start) // self.every * self.every

    def _moments(self, events: Sequence[Event], begin: int) -> list[tuple[int, int, Event | tuple[Step, ...] | None]]:
        """Everything in order of time: events, what begins and ends with a weather, and None for a sync."""
        loss = self.here.loss
        found: list[tuple[int, int, Event | tuple[Step, ...] | None]] = [(each.at, 1, each) for each in events]
        over = loss.due
        for weather in self.here.weather:
            if weather.until > begin:
                found.append((max(weather.at, begin), 0, tuple(self.desk.begins(weather))))
                found.append((weather.until, 0, tuple(self.desk.ends(weather))))
                over = max(over, weather.until)
        slots = {begin}
        for each in events:  # the client keeps up with what came before
            slots.add(self._slot(each.at) + self.every)
            slots.add(self._slot(each.at))
        first = self._slot(min([loss.at, *(each.at for each in self.here.weather)]))
        last = self._slot(max(over, events[-1].at)) + AFTER * self.every
        near = list(range(max(begin, first - self.every), last + 1, self.every))
        if len(near) > MOST_SYNCS:  # a long outage is much the same in the middle
            near = near[: MOST_SYNCS // 2] + near[-MOST_SYNCS // 2 :]
        slots.update(near)
        found += [(slot, 2, None) for slot in slots if slot >= begin]
        return sorted(found, key=lambda each: each[:2])

    def _step(self, event: Event, labels: Mapping[int, int]) -> OtherStep | None:
        """An event in the vendor's words, with the labels of the small world."""
        step = self.desk.step(event)
        if step is None:
            return None

        def label(text: str) -> str | None:
            found = PLACE.fullmatch(text)
            if found is None:
                return text
            number = labels.get(int(found[1]))
            return None if number is None else f"T{number}"

        if step.operation == "create":
            return step
        ticket = label(step.ticket) if step.ticket else None
        more = {
            key: label(value) if key in self._profile.label_keys and isinstance(value, str) else value
            for key, value in step.more.items()
        }
        if (step.ticket and ticket is None) or None in [more[key] for key in self._profile.label_keys if key in more]:
            return None
        return replace(step, ticket=ticket, more=more)

    def _sync(self, at: int, position: int) -> list[Step]:
        facts = self.struck.get(at)
        if facts is None or not facts.failures:
            return [ClientStep("sync")]
        for weather in self.here.weather:
            faults = self.desk.faults.get(weather.kind, ())
            if weather.at <= at < weather.until and faults:
                fault = faults[0]
                times = min(facts.failures, 1000)
                return [
                    FaultStep(fault.kind, position, times, fault.operation, dict(fault.settings)),
                    ClientStep("sync"),
                ]
        return [ClientStep("sync")]


@dataclass
class Explainer:
    """Plays cut-out scenarios against the client. `known` are explanations by duty, so that one cause is told once."""

    runner: Runner
    desk: VendorDesk
    scenario: Scenario
    start: int
    every: int
    struck: Mapping[int, SyncFacts]
    facts: Callable[[Loss], tuple[str, ...]]
    save_to: Path | None
    name: str
    plays: int = 0
    saved: set[str] = field(default_factory=set)
    """Duties of which a scenario is saved: one is enough for each."""

    def explain(self, here: Neighbourhood) -> Explanation:
        """What one loss comes from."""
        before = self.plays
        facts = self.facts(here.loss)
        for position in POSITIONS:
            scenario = Cut(here, self.desk, self.scenario, self.start, self.every, self.struck).make(position)
            if scenario is None:
                break
            broken = self._broken(scenario)
            if broken:
                duty = self._nearest(broken, scenario, here.loss)
                counts = {id_: len(judgement.breaches) for id_, (_, judgement, _) in broken.items()}
                others = sorted(counts.keys() - {duty.id}, key=lambda id_: (-counts[id_], id_))
                told = tuple((id_, counts[id_]) for id_ in (duty.id, *others))
                return self._told(duty, self._smaller(scenario, duty), facts, before, told)
            if not here.weather:
                break
        return Explanation(
            "It does not happen in a scenario of this ticket alone, so no duty is named; what the play tells of it follows.",
            facts=facts,
            plays=self.plays - before,
        )

    def _broken(self, scenario: Scenario) -> dict[str, tuple[Duty, Judgement, History]]:
        """The duties that a scenario breaks, `must` alone where there are some."""
        self.plays += 1
        try:
            history = self.runner.play(scenario)
        except (ScenarioError, Declined, DriverFailure, EmulatorFailure, OutOfTime):
            return {}
        duties = duties_of(scenario.vendor)
        judged = judge(history, duties)
        found = {duty.id: (duty, judged[duty.id], history) for duty in duties if judged[duty.id].breaches}
        musts = {id_: each for id_, each in found.items() if each[0].severity == "must"}
        return musts or found

    def _nearest(self, broken: Mapping[str, tuple[Duty, Judgement, History]], scenario: Scenario, loss: Loss) -> Duty:
        """The duty nearest to the cause: one of failures where something failed, then one that names a field that was lost,
        then one about a ticket of the desk and not of the data that lay there, then the one with the fewest breaches."""
        failing = any(
            isinstance(step, FaultStep) or (isinstance(step, OtherStep) and step.operation == "revoke")
            for step in scenario.steps
        )

        def order(id_: str) -> tuple[bool, bool, bool, int, str]:
            duty, judgement, history = broken[id_]
            about = "failed" in duty.slug or "error" in duty.slug
            facts = [breach.facts for breach in judgement.breaches]
            lost = any(each.get("field") in loss.fields for each in facts)
            own = any(each.get("ticket") in history.labels for each in facts)
            return (failing and not about, bool(loss.fields) and not lost, not own, len(judgement.breaches), id_)

        return broken[min(broken, key=order)][0]

    def _smaller(self, scenario: Scenario, duty: Duty) -> Scenario:
        """The scenario without the steps that the duty breaks without: large pieces first, then one by one."""
        most = self.plays + MOST_PLAYS
        size = max(1, len(scenario.steps) // 2)
        while size:
            at = len(scenario.steps) - size
            while at >= 0 and self.plays < most:
                smaller = self._without(scenario, at, size)
                if smaller is not None and duty.id in self._broken(smaller):
                    scenario = smaller
                at -= size
            size //= 2
        return scenario

    @staticmethod
    def _without(scenario: Scenario, at: int, size: int) -> Scenario | None:
        smaller = replace(scenario, steps=(*scenario.steps[: max(at, 0)], *scenario.steps[at + size :]))
        try:
            check_labels(smaller)
        except ScenarioError:
            return None
        return smaller if smaller.steps else None

    def _told(
        self, duty: Duty, scenario: Scenario, facts: tuple[str, ...], before: int, counts: tuple[tuple[str, int], ...]
    ) -> Explanation:
        broken = self._broken(scenario)
        _, judgement, history = broken[duty.id]
        proof = Counterexample(duty, scenario, judgement.breaches, history)
        saved = with_found(scenario, found_of(proof))
        # A breach about a ticket of the desk first: a reader knows its values.
        seen = sorted(judgement.breaches, key=lambda breach: breach.facts.get("ticket") not in history.labels)
        explanation = Explanation(
            f"{duty.says} {_beside(counts)}",
            duty.id,
            duty.says,
            tuple((rule.id, rule.says) for rule in duty.rules),
            tuple(mask(breach.text, history.secrets) for breach in seen[:3]),
            facts,
            saved,
            plays=self.plays - before,
            broken=counts,
        )
        if self.save_to is None or duty.id in self.saved:
            return explanation
        self.saved.add(duty.id)
        try:
            heading = f"# Found by mockservers rehearse {scenario.vendor}: {duty.slug}\n"
            file = write(saved, self.save_to, f"{scenario.vendor}-{duty.slug}-rehearsal-{self.name}", heading)
            return replace(explanation, file=file)
        except OSError as error:
            return replace(explanation, unsaved=f"not saved in {self.save_to}: {error.strerror or error}")


def _beside(counts: Sequence[tuple[str, int]]) -> str:
    """What else the play of a loss breaks, and that a cause which is proved need not be the only one."""
    (_, times), *others = counts
    seen = f"The play of it shows {times} breach{'' if times == 1 else 'es'} of this duty"
    if not others:
        return f"{seen} and breaks no other; the losses may have other causes beside it."
    listed = ", ".join(f"{id_} ({count})" for id_, count in others)
    return f"{seen}, and breaks others too: {listed}; each may be a cause of its own."


def told(facts: SyncFacts) -> str:
    """One sync in words."""
    failed = f", {facts.failures} of them failed" if facts.failures else ""
    error = f"; the client said {facts.error_kind}: {facts.error}" if facts.error_kind else ""
    return f"sync at {when(facts.at)}: {counted(facts.requests, 'request')}{failed}{error}"
