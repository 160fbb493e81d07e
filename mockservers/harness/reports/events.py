"""The events of a play in order, for people: others' acts, the clock, faults, tasks, requests, and the mirror after each task.

Made from the history; the scenario adds what leaves no trace there (faults planned, credentials revoked) and the
numbers of its steps.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from mockservers.harness import decoders
from mockservers.harness.history import Exchanged, ExternalChange, History, Task
from mockservers.harness.profile import profile
from mockservers.harness.reports import program
from mockservers.harness.reports.failures import Failure, State
from mockservers.harness.scenarios import ClockStep, FaultStep, OtherStep, Step, named, span
from mockservers.kernel import instants

Kind = Literal["others", "clock", "fault", "settle", "task", "request", "written", "mirror", "more"]
"""`task` is the beginning of one and `mirror` its end; `written` is what a task changed at the vendor."""
CREATING = "create "
CREDENTIALS = ("revoke", "restore")
Key = tuple[int, float]
"""A journal number, and an order among what has the same."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `at` None: at the time of the one before it."""

    kind: Kind
    words: str
    at: int | None = None
    n: int | None = None
    step: int | None = None
    told: str = ""
    detail: str = ""
    faults: tuple[str, ...] = ()
    named: bool = False
    """A breach speaks of it."""
    failed: bool = False
    settling: bool = False
    states: tuple[State, ...] | None = None
    parts: tuple[State, ...] = ()
    """The tickets that from here on are not what they are at the vendor."""

    @property
    def remarkable(self) -> bool:
        return bool(self.named or self.failed or self.faults or self.parts or self.kind in ("fault", "settle"))


def events(failure: Failure) -> list[Event]:
    """All events of a failure's play, oldest first, with the clock's moves between them."""
    told = _Telling(failure)
    keyed = sorted(told.all(), key=lambda each: each[0])
    return list(_with_clock(_joined([event for _, event in keyed]), failure.history.start))


class _Telling:
    def __init__(self, failure: Failure) -> None:
        self.failure, self.history = failure, failure.history
        self.profile = profile(failure.scenario.vendor)
        self.steps: dict[int, int] = {}
        """Journal number of a deed to the number of its step."""
        self.tasks: dict[int, int] = {}
        self.notes: list[tuple[Key, Event]] = []
        self._walk()

    def all(self) -> Iterator[tuple[Key, Event]]:
        history, failure = self.history, self.failure
        yield from self.notes
        for change in history.changes:
            if change.operation != "read":
                yield (change.n, 0), self._deed(change)
        for each in history.exchanges:
            yield (each.n, 0), self._request(each)
        shown = {snapshot.task.index: snapshot.states for snapshot in failure.snapshots}
        settling = False
        for task in history.tasks:
            order = 3 * task.index
            if task.settling and not settling:
                settling = True
                words = "the world settles: faults are cleared, credentials given back"
                yield (task.first, order + 0.5), Event("settle", words)
            step = self.tasks.get(task.index)
            named = failure.names(task)
            asked = task_words(history, task)
            yield (task.first, order + 1), Event("task", asked, task.at, step=step, named=named, settling=task.settling)
            if task.became is not None:
                yield (task.last, order + 1.8), Event("written", written_words(history, task), task.ended, named=named)
            words = "" if task.ok else f"{task.do} failed ({task.error_kind}): {task.error}"
            yield (
                (task.last, order + 2),
                Event(
                    "mirror",
                    words,
                    task.ended,
                    detail=words,
                    failed=not task.ok,
                    settling=task.settling,
                    states=shown.get(task.index),
                    parts=failure.partings.get(task.index, ()),
                ),
            )

    def _walk(self) -> None:
        """Go through the steps beside the journal, and give each its number, or a note where the journal has nothing."""
        history = self.history
        changes = iter([change for change in history.changes if change.operation != "read"])
        tasks = iter([task for task in history.tasks if task.do != "mirror" and not task.settling])
        now, n, index = history.start, 0, -1

        def note(event: Event, key: Key | None = None) -> None:
            self.notes.append((key or (n, 3 * index + 3 + (len(self.notes) + 1) / 10_000), event))

        made = set(history.labels.values())

        def skipped(step: Step) -> bool:
            """A step that names a ticket that the client was told to make, and did not, is not played."""
            return not made.issuperset(named(self.profile, step))

        def others(step: OtherStep, number: int, key: Key | None = None) -> None:
            nonlocal n
            if skipped(step):
                return
            if step.operation in CREDENTIALS:
                words = {"revoke": "revoke the client's credential", "restore": "give the credential back"}
                note(Event("others", words[step.operation], None if key else now, step=number), key)
                return
            for change in (next(changes, None) for _ in range(step.times)):
                if change is not None:
                    self.steps[change.n], n = number, change.n if key is None else n

        for number, step in enumerate(self.failure.scenario.steps, 1):
            if isinstance(step, ClockStep):
                now += step.by
                note(Event("clock", program.passing(step.by), now, step=number))
            elif isinstance(step, FaultStep):
                words = program.lines(replace(self.failure.scenario, steps=(step,)))[1].words
                note(Event("fault", words, now, step=number))
            elif isinstance(step, OtherStep):
                others(step, number)
            elif step.task in history.hello.tasks and not skipped(step):
                task = next(tasks, None)
                if task is None:
                    return
                self.tasks[task.index] = number
                if step.meanwhile is not None:
                    for inner in step.meanwhile.steps:
                        others(inner, number, self._inside(task, step.meanwhile.after_request))
                now, n, index = task.ended, task.last, task.index

    def _inside(self, task: Task, after: int) -> Key:
        """The place behind request number `after` of a task, or at its end."""
        exchanges = self.history.within(task)
        last = exchanges[min(after, len(exchanges)) - 1].n if exchanges else task.first
        return last, 0.5 if exchanges else 3 * task.index + 1.5

    def _deed(self, change: ExternalChange) -> Event:
        named = change.record is not None and change.record.id in self.failure.tickets
        words = deed_words(self.history, change)
        truth = "" if change.record is None else f"\nthe ticket then: {_json(dict(change.record.fields))}"
        detail = f"{change.operation} {_json(dict(change.request))}{truth}"
        return Event("others", words, change.at, change.n, self.steps.get(change.n), detail=detail, named=named)

    def _request(self, each: Exchanged) -> Event:
        asked, _, told = decoders.line(self.history.vendor, each).partition(" -> ")
        status = "no answer" if each.status is None else f"status {each.status}"
        detail = f"request #{each.n}: {each.method} {each.target}\n{status}: {told}"
        named = each.n in self.failure.requests
        return Event("request", asked, each.at, each.n, None, told, detail, each.faults, named)


def deed_words(history: History, change: ExternalChange) -> str:
    """What others did, in words."""
    request = dict(change.request)
    action = str(request.pop("action", "") or change.operation)
    delay = request.pop("delay", 0)
    fields = request.pop("fields", None)
    old = request.pop("id", None)
    made = None if change.record is None else change.record.id
    words = f"{action} {_name(history, made if old is None else str(old))}"
    if old is not None and made is not None and made != str(old):
        words += f", which makes {_name(history, made)}"
    more = {
        **{key: history.labels.get(str(value), value) for key, value in request.items()},
        **(fields if isinstance(fields, dict) else {}),
    }
    if more:
        words += ": " + ", ".join(f"{key} = {_json(value)}" for key, value in more.items())
    if delay:
        words += f" (visible {span(round(float(delay) * instants.SECOND))} later)"
    return words if change.ok else f"{words} (refused)"


def task_words(history: History, task: Task) -> str:
    """What the client was told to do, in words."""
    words = task.do
    if task.ticket is not None:
        words += f" {_name(history, task.ticket)}"
    if "text" in task.asked:
        words += f" {_json(task.asked['text'])}"
    fields = task.asked.get("fields") or {}
    if fields:
        words += ": " + ", ".join(f"{key} = {_json(value)}" for key, value in fields.items())
    return f"{words} (again)" if task.again else words


def written_words(history: History, task: Task) -> str:
    """What is at the vendor after a task that was not before it, in words."""
    found = []
    for kind in task.became or {}:
        was = (task.was or {}).get(kind, {})
        for record in history.written(task, kind):
            name = _name(history, record.id) if kind == history.entity else f"{kind} {record.id}"
            if record.id not in was:
                found.append(f"{name} is new")
                continue
            old = was[record.id].fields
            changed = [key for key, value in record.fields.items() if value != old.get(key)]
            found.append(f"{name} has changed: {', '.join(changed)}" if record.exists else f"{name} is gone")
    return "at the vendor now: " + ("; ".join(found) if found else "nothing new")


def _name(history: History, ticket: str | None) -> str:
    return "" if ticket is None else history.labels.get(ticket, ticket)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _joined(found: Iterable[Event]) -> Iterator[Event]:
    """Creations that one step asked for many times are one event."""
    row: list[Event] = []

    def flush() -> Iterator[Event]:
        if row:
            count = len(row)
            first, colon, rest = row[0].words.partition(": ")
            last = row[-1].words.partition(": ")[0].removeprefix(CREATING)
            words = f"{first} … {last} ({count} of them){colon}{rest}"
            named = any(each.named for each in row)
            yield row[0] if count == 1 else replace(row[0], words=words, named=named)
            row.clear()

    for event in found:
        creating = event.kind == "others" and event.step is not None and event.words.startswith(CREATING)
        if not creating or (row and event.step != row[0].step):
            yield from flush()
        if creating:
            row.append(event)
        else:
            yield event
    yield from flush()


def _with_clock(found: Iterable[Event], start: int) -> Iterator[Event]:
    """Between events at different instants the clock moved."""
    now, inside = start, False
    for event in found:
        if event.at is not None and event.at != now:
            if event.kind != "clock":
                waits = " (the client waits)" if inside and event.kind in ("request", "mirror") else ""
                yield Event("clock", program.passing(event.at - now) + waits, event.at)
            now = event.at
        inside = event.kind == "task" or (inside and event.kind != "mirror")
        yield replace(event, at=now)


def shortened(found: list[Event], most: int = 110, each: int = 12) -> list[Event]:
    """At most about `each` requests of a task, and about `most` events; what is left out is counted."""
    kept: list[Event] = []
    run: list[Event] = []
    for event in found:
        if event.kind == "request":
            run.append(event)
            continue
        kept += _middle_out(run, each, "requests")
        run = []
        kept.append(event)
    kept += _middle_out(run, each, "requests")
    return _middle_out(kept, most, "events")


def _middle_out(run: list[Event], most: int, what: str) -> list[Event]:
    if len(run) <= most:
        return run
    ends = most // 3
    room = most - 2 * ends
    made: list[Event] = []
    dropped = 0

    def more() -> None:
        nonlocal dropped
        if dropped:
            made.append(Event("more", f"… {dropped} more {what} …"))
            dropped = 0

    for n, event in enumerate(run):
        if n < ends or n >= len(run) - ends or (event.remarkable and room > 0):
            room -= ends <= n < len(run) - ends
            more()
            made.append(event)
        else:
            dropped += max(1, int(event.words.split()[1]) if event.kind == "more" else 1)
    more()
    return made
