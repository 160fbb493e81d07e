"""A failure as reports show it, from a check or a replay alike; and where in it truth and mirror part."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from mockservers.harness import comparing
from mockservers.harness.comparing import Difference
from mockservers.harness.duties import Breach, Duty
from mockservers.harness.history import History, Record, Task
from mockservers.harness.replay import ReplayResult
from mockservers.harness.scenarios import Scenario
from mockservers.harness.verdicts import Counterexample
from mockservers.kernel import instants

StateKind = Literal["same", "differs", "missing", "kept", "invented"]
"""`missing`: the vendor has it, the mirror does not. `kept`: the mirror has it, the vendor no longer does."""

REQUEST = re.compile(r"request #(\d+)")
"""How `duties.shared.request` names a request in a breach."""
TASK = re.compile(r"\b(\w+) at (\d{4}-\d\d-\d\dT[0-9:.]+Z)")
"""How breaches name a task."""


@dataclass(frozen=True, slots=True)
class State:
    """One ticket after a task: how the mirror stands to the truth of that moment."""

    ticket: str
    kind: StateKind
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All tickets that the mirror or the truth holds after a task."""

    task: Task
    states: tuple[State, ...]


@dataclass(frozen=True)
class Failure:
    """A play that broke duties, with the breaches of each."""

    scenario: Scenario
    history: History
    broken: tuple[tuple[Duty, tuple[Breach, ...]], ...]
    file: Path | None = None
    unsaved: str = ""

    @cached_property
    def breaches(self) -> tuple[Breach, ...]:
        return tuple(breach for _, breaches in self.broken for breach in breaches)

    @cached_property
    def tickets(self) -> tuple[str, ...]:
        """The tickets that the breaches name, in their order."""
        found: dict[str, None] = {}
        for breach in self.breaches:
            many = breach.facts.get("tickets", ())
            for each in (breach.facts.get("ticket"), *(many if isinstance(many, (list, tuple)) else ())):
                if isinstance(each, str):
                    found.setdefault(each)
        return tuple(found)

    @cached_property
    def requests(self) -> frozenset[int]:
        """The journal's numbers of the requests that the breaches name."""
        return frozenset(int(n) for breach in self.breaches for n in REQUEST.findall(breach.text))

    def names(self, task: Task) -> bool:
        """Whether a breach names a task that writes."""
        return task.became is not None and (task.do, instants.to_iso(task.at)) in self._tasks

    @cached_property
    def _tasks(self) -> frozenset[tuple[str, str]]:
        return frozenset(found for breach in self.breaches for found in TASK.findall(breach.text))

    @cached_property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """The mirror against the truth after each task; nothing for a client that shows no mirror."""
        shown = [task for task in self.history.tasks if task.after is not None]
        return tuple(_snapshot(self.history, task, last=task is shown[-1]) for task in shown)

    @cached_property
    def partings(self) -> Mapping[int, tuple[State, ...]]:
        """Where truth and mirror part: by a task's index, the tickets of the breaches that from there on disagree.

        A ticket that agrees again later, and disagrees once more, parts at the last time.
        """
        found: dict[int, list[State]] = {}
        for ticket in self.tickets:
            since: tuple[int, State] | None = None
            last: tuple[int, State] | None = None
            for snapshot in self.snapshots:
                state = next((each for each in snapshot.states if each.ticket == ticket), None)
                if state is None or not self._counts(state):
                    last, since = since or last, None
                elif since is None:
                    since = snapshot.task.index, state
            parted = since or last
            if parted is not None:
                found.setdefault(parted[0], []).append(parted[1])
        return {index: tuple(states) for index, states in found.items()}

    def _counts(self, state: State) -> bool:
        """Whether a state is of the kind that the breaches speak of."""
        if state.kind != "differs":
            return state.kind != "same"
        facts = [breach.facts for breach in self.breaches if breach.facts.get("ticket") == state.ticket]
        named = {str(each["field"]) for each in facts if "field" in each}
        return not named or any(each.field in named for each in state.differences)

    @cached_property
    def disagreement(self) -> Snapshot | None:
        """What to show field by field: the end, or the last moment of disagreement when all agreed in the end."""
        bad = [each for each in self.snapshots if any(state.kind != "same" for state in each.states)]
        return bad[-1] if bad else None


def of_counterexample(found: Counterexample) -> Failure:
    return Failure(found.scenario, found.history, ((found.duty, found.breaches),), found.file, found.unsaved)


def of_result(result: ReplayResult) -> Failure | None:
    """The failure of a replayed file, None where it did not fail."""
    if result.history is None or not result.broken:
        return None
    broken = tuple((duty, judgement.breaches) for duty, judgement in result.broken)
    return Failure(result.scenario, result.history, broken, result.file)


def _snapshot(history: History, task: Task, *, last: bool) -> Snapshot:
    mirror = dict(task.after or {})
    truth, untold = (dict(history.truth), frozenset[str]()) if last else _truth_at(history, task.last)
    there = {ticket for ticket, record in truth.items() if record.exists}
    found: dict[str, list[Difference]] = {}
    for each in comparing.differences(replace(history, truth=truth, mirror=mirror)):
        found.setdefault(each.ticket, []).append(each)
    states = []
    for ticket in _ordered(history, {*mirror, *there}):
        if ticket in untold:
            continue
        if ticket not in mirror:
            # What was there before the play need not be copied; what came in it is worth a word.
            if ticket in history.labels:
                states.append(State(ticket, "missing"))
        elif ticket in there:
            states.append(State(ticket, "differs" if ticket in found else "same", tuple(found.get(ticket, ()))))
        else:
            states.append(State(ticket, "kept" if ticket in history.ever else "invented"))
    return Snapshot(task, tuple(states))


def _truth_at(history: History, n: int) -> tuple[dict[str, Record], frozenset[str]]:
    """The truth when the journal had `n` entries, and the tickets of which nobody knows what it was then."""
    truth, untold = {}, set()
    for ticket, states in history.ever.items():
        past = [record for number, record in states if number <= n]
        if past:
            truth[ticket] = past[-1]
        elif len(states) == 1 and ticket not in history.labels:
            truth[ticket] = states[0][1]  # nobody ever touched it
        elif ticket not in history.labels:
            untold.add(ticket)
    return truth, frozenset(untold)


def _ordered(history: History, tickets: Iterable[str]) -> list[str]:
    """In the order of labels, then of ids."""
    labels = history.labels
    return sorted(tickets, key=lambda each: (each not in labels, int(labels.get(each, "T0")[1:]), each))
