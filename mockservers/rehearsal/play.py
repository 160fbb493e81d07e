"""The play of a rehearsal: a desk lives, the vendor has its weather, and the client works at its own cadence.

A stream: what was measured is forgotten at once, so a year takes no more memory than a month. Between two syncs each event
comes at its own instant; while a client sleeps, the desk goes on. This module acts and counts; it judges nothing.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from mockservers.harness.drivers import DriverFailure
from mockservers.harness.drivers.in_process import CallableDriver
from mockservers.harness.history import Exchanged, ExternalChange, History, Record, Task, exchanged
from mockservers.harness.play import EmulatorFailure, Play
from mockservers.harness.runner import Runner
from mockservers.harness.scenarios import CUSTOMER, LABEL, OtherStep, Scenario, births
from mockservers.harness.truth import listed, record
from mockservers.kernel import instants
from mockservers.kernel.instants import DAY, HOUR, SECOND
from mockservers.kernel.journal import Entry, Exchange
from mockservers.kernel.rules import Misuse
from mockservers.rehearsal.events import Event, VendorDesk, Weather
from mockservers.rehearsal.measures import Measures
from mockservers.rehearsal.mirror import Change, Copy, Shown
from mockservers.rehearsal.skies import Skies
from mockservers.rehearsal.writing import Order, Orders

SMALL, RAREST = 200, 36
"""Records up to which a copy is looked at after every sync that owes something, and syncs between two looks at most.

Reading a copy takes a client time by the record, so a large one is looked at less often. What it shows then counts from the
sync in which an answer named the ticket."""
KEPT = 2 * HOUR
"""How long requests are kept, for limits that look back."""
LATEST_SYNCS = 3
"""Syncs after the span, at least, in which a client may still catch up."""
FACTS, MOST_STRUCK = 400, 5000
"""Syncs whose facts are kept for the reasons of a loss, and those among them in which requests failed."""


@dataclass(frozen=True, slots=True)
class SyncFacts:
    """What there is to know of one sync later: when, how many requests and failures, and the client's own error."""

    at: int
    ended: int
    requests: int
    failures: int
    error_kind: str | None
    error: str
    lines: tuple[str, ...] = ()


class SpanPlay(Play):
    """One span against one client. `step` goes through it; the caller reads `measures` and `copy`."""

    passing = True

    def __init__(
        self,
        runner: Runner,
        scenario: Scenario,
        state: Path,
        desk: VendorDesk,
        life: Iterator[Event | Weather],
        every: int,
        until: int,
    ) -> None:
        super().__init__(runner, scenario, state)
        self.desk, self.life, self.every, self.until = desk, life, every, until
        self.measures = Measures(scenario.start)
        self.tickets: dict[int, str] = {}
        """Ids by the desk's numbers."""
        self.event: Event | None = None
        self.coming: Event | Weather | None = next(life, None)
        self.skies = Skies(
            self.world, scenario.vendor, desk, self.measures, self._others, lambda begin, end: self.copy.due(end, begin)
        )
        self.recent: deque[Exchanged] = deque()
        self.bodies: dict[bytes, bytes] = {}
        """What the answers of the sync before held: a list that is asked for at every sync is mostly as it was, and kept once."""
        self.administered: deque[ExternalChange] = deque()
        """What administrators and other integrations did, as far as it may count for a limit."""
        self.tasks: deque[Task] = deque()  # type: ignore[assignment]
        self.tasks_done = 0
        self.counted = 0
        """The number of the latest entry of the journal that was counted."""
        self.judged_hour = 0
        self.since_look = 0
        self.orders = Orders((), (), lambda kind, after: iter(()))
        self.slept = False
        self.facts: deque[SyncFacts] = deque(maxlen=FACTS)
        self.first_failed: SyncFacts | None = None
        """The first sync that ended in an error."""
        self.impossible: dict[str, int] = {}
        """What the desk wanted and the vendor did not allow, with how often."""
        self.listeners: list[Callable[[History, int, bool], None]] = []
        """Told of the requests of each hour, with those of the hours before; when it began, and whether one failed in it."""
        self.shown: Callable[[Shown], None] = lambda shown: None
        self.making: Callable[[int, int], None] = lambda done, total: None
        """Told how many tickets of how many are made before the span begins; it may raise OutOfTime."""
        self.looks = self.asking_looks = 0
        """How often the copy was looked at, and how often the client asked the vendor for it."""
        self.struck: dict[int, SyncFacts] = {}
        """The syncs in which requests failed, by the slot at which they began."""
        self.remembered: deque[SyncFacts] = deque(maxlen=FACTS)
        """The syncs in which requests failed, and the two after each."""

    # --- the beginning and the end ---

    def begin(self) -> None:
        self.world.installation(self.scenario.vendor, self.making)
        hello = self._begin()
        driver = self.driver
        if isinstance(driver, CallableDriver):
            driver.known = {}
        self.dialect = self.world.installation(self.scenario.vendor).tenants.first.dialect
        self.lag = self.desk.lag(self.dialect)
        self.shows_mirror = "mirror" in hello.tasks
        self.copy = Copy(self.profile, self.dialect, hello, self._read, self.desk.tells_gone)
        newer = partial(listed, self.world, self.scenario.vendor)
        self.orders = Orders(hello.tasks, self.profile.parts, newer)
        for n, each in enumerate(self.truths()):
            if n % 1000 == 999:
                self.making(n, n)
            self.copy.numbers[each.id] = 0
            if each.exists:
                now = self.world.clock.now()
                self.copy.changed(Change(each.id, 0, "back_file", now, now, each))
        self._forget()

    def truths(self) -> Iterator[Record]:
        """Every ticket as it truly is. The pages of the list are no more kept than what a client is answered."""
        for each in listed(self.world, self.scenario.vendor):
            yield each
            self._forget()

    def syncs(self) -> Iterator[int]:
        """Play the span sync by sync; yields the instant of each when it is done."""
        at = self.scenario.start
        while at < self.until:
            self._catch_up(at)
            self._sync(at)
            yield at
            at = self._next(at)
        self._catch_up(self.until)
        self._end_weather()
        self.settling = True
        latest, left = self.until + self.profile.settle, LATEST_SYNCS
        while left > 0 or at <= latest:
            self._catch_up(max(at, self.world.clock.now()))
            self._sync(at)
            left -= 1
            yield at
            at = self._next(at)
        self._look()
        self._count_hours(self.world.clock.now() + HOUR)

    def _next(self, at: int) -> int:
        """When the client works next: at its cadence, and not while it still works."""
        late = max(0, self.world.clock.now() - at - 1) // self.every
        self.measures.skipped_syncs += late
        return at + (late + 1) * self.every

    def _end_weather(self) -> None:
        for strikes in list(self.skies.strikes):
            self.skies.end(strikes, self.until)
        self.world.faults.clear()
        self._credentials(revoked=None)

    # --- the desk ---

    def _catch_up(self, to: int) -> None:
        """Let everything happen that happens up to an instant, and let it be that instant."""
        while True:
            ending = min(self.skies.strikes, key=lambda each: each.weather.until, default=None)
            coming = self.coming
            ends = None if ending is None else ending.weather.until
            if ending is not None and ends is not None and ends <= to and (coming is None or coming.at > ends):
                self._reach(ends)
                self.skies.end(ending, ends)
                continue
            if coming is None or coming.at > to or coming.at >= self.until:
                break
            self.coming = next(self.life, None)
            self._reach(coming.at)
            if isinstance(coming, Weather):
                self.skies.begin(coming)
            else:
                self._happen(coming)
        self._reach(to)

    def _reach(self, at: int) -> None:
        by = at - self.world.clock.now()
        if by > 0:
            self._pass(by)

    def _happen(self, event: Event) -> None:
        self.measures.kinds[event.kind] += 1
        self.measures.events.add(self.measures.hour(self.world.clock.now()), 1)
        step = self.desk.step(event)
        if step is None or not self._possible(event, step) or self.orders.take(event, step.fields):
            return
        self.event, self.delay = event, step.delay
        try:
            self._others(step)
        finally:
            self.event = None
        self._call_listeners()

    def _others(self, step: OtherStep) -> None:
        """What others do; what the vendor does not allow by now does not happen, as at any desk."""
        try:
            self._act(step)
        except ValueError as error:
            if not isinstance(error.__cause__, Misuse):
                raise
            why = re.sub(r"\d+", "N", str(error))[:120]
            self.impossible[why] = self.impossible.get(why, 0) + 1

    def _possible(self, event: Event, step: OtherStep) -> bool:
        """Whether the tickets of an event are there: one that is gone or was never made is nobody's mistake."""
        if step.operation == "create":
            return True
        labels = [step.ticket, *(step.more.get(key) for key in self.profile.label_keys)]
        return all(
            int(label[1:]) in self.tickets for label in labels if isinstance(label, str) and LABEL.fullmatch(label)
        )

    def _all_there(self, step: Any) -> bool:
        return True

    def _id(self, label: str) -> str:
        return self.tickets[int(label[1:])] if LABEL.fullmatch(label) else label

    def _acted(self, step: OtherStep, result: Mapping[str, Any]) -> None:
        if step.ticket == CUSTOMER:
            request = {"id": CUSTOMER, "action": step.action, **step.more}
            change = ExternalChange(self.world.journal.count, self.world.clock.now(), step.operation, request, None)
            self.administered.append(change)
        if births(self.profile, step) and self.event is not None:
            self.tickets[self.event.ticket] = str(result["id"])
        self._told(result)

    def _told(self, result: Mapping[str, Any]) -> None:
        if self.event is None or "id" not in result:
            return
        event, truth = self.event, record(result)
        number = self.copy.numbers.get(truth.id, event.ticket)
        now = self.world.clock.now()
        due = now + max(self.delay, self.lag)
        self.copy.changed(Change(truth.id, number, event.kind, now, due, truth))
        if not truth.exists and self.tickets.get(event.ticket) == truth.id:
            del self.tickets[event.ticket]

    def _read(self, key: str) -> Record:
        try:
            return record(self.world.act(self.scenario.vendor, "read", {"id": key}))
        except Misuse:
            return Record(key, {}, exists=False)

    # --- the client ---

    def _sleep(self, seconds: float) -> str:
        """The client sleeps, and the desk does not."""
        wakes = self.world.clock.now() + round(seconds * SECOND)
        if not 0 <= seconds <= 31 * DAY / SECOND:
            return super()._sleep(seconds)
        self.slept = True
        self._catch_up(wakes)
        return self._now()

    def _finished(self, entry: Entry, exchange: Exchange) -> None:
        slow = self.skies.slow
        if slow:  # of the vendor's time, for nobody waits in ours
            self.world.clock.advance(round(slow * SECOND))

    def _write(self, order: Order) -> None:
        """Tell the client to write something, and see what it made."""
        message: dict[str, Any] = {"key": order.key}
        if order.do == "create":
            message["fields"] = dict(order.fields)
        else:
            if order.event.ticket not in self.tickets:  # gone meanwhile
                return
            message |= {"record": self.tickets[order.event.ticket], "text": order.event.text}
        for kind in self.orders.kinds(order):
            self.orders.fresh(kind)
        slept, self.slept = self.slept, False
        at, first = self.world.clock.now(), self.world.journal.count
        self._forget()
        answer = self.runner.tell(order.do, message)
        self.tasks_done += 1
        ended, last = self.world.clock.now(), self.world.journal.count
        task = Task(self.tasks_done, order.do, at, ended, first, last, answer.error_kind, answer.error)
        self.tasks.append(task)
        self._count(task)
        made = [each for kind in self.orders.kinds(order) for each in self.orders.fresh(kind)]
        if order.do == "create":
            made = [each for each in made if each.id not in self.copy.numbers]
        elif self.slept:  # the desk wrote notes too, and nobody can tell whose they are
            made = made[: 1 - order.made]
        self.slept = slept
        order.made += len(made)
        name = (
            f"{'ticket' if order.do == 'create' else 'note on ticket'} {order.event.ticket} of the desk at {when(at)}"
        )
        self.orders.answered(order, answer, name)
        self._written(order, made)

    def _written(self, order: Order, made: Sequence[Record]) -> None:
        """What the client wrote is owed like everything else."""
        now, number = self.world.clock.now(), order.event.ticket
        due = now + self.lag
        if order.do == "create":
            for each in made:
                self.tickets[number] = each.id
                self.copy.changed(Change(each.id, number, "written", now, due, each))
        elif made:
            truth = self._read(self.tickets[number])
            self.copy.changed(Change(truth.id, number, "written", now, due, truth))

    def _sync(self, slot: int) -> None:
        self.skies.plan()
        self._call_listeners()
        waiting, self.orders.waiting = self.orders.waiting, []
        for order in waiting:
            self._write(order)
        at, first = self.world.clock.now(), self.world.journal.count
        self.measures.syncs.add(self.measures.hour(at), 1)
        answer = self.runner.tell("sync", {})
        ended, last = self.world.clock.now(), self.world.journal.count
        self.tasks_done += 1
        task = Task(self.tasks_done, "sync", at, ended, first, last, answer.error_kind, answer.error)
        self.tasks.append(task)
        failures, requests = self._count(task)
        self.measures.failed_syncs += answer.failed
        facts = SyncFacts(at, ended, requests, failures, answer.error_kind, self.masked(answer.error)[:160])
        if answer.failed and self.first_failed is None:
            self.first_failed = facts
        self._remember(slot, facts)
        if self.shows_mirror:
            self._perhaps_look(task, failures)
        self.measures.backlog.set(self.measures.hour(at), self.copy.due(ended))
        self._count_hours(ended)

    def _remember(self, slot: int, facts: SyncFacts) -> None:
        """Keep what may explain a loss later: all of the latest syncs, and those around failures."""
        before = [each for each in list(self.facts)[-2:] if each.failures or each.error_kind]
        self.facts.append(facts)
        if facts.failures or facts.error_kind:
            if len(self.struck) < MOST_STRUCK:
                self.struck[slot] = facts
            self.remembered.append(facts)
        elif before:
            self.remembered.append(facts)

    def _count(self, task: Task) -> tuple[int, int]:
        """Count a sync's requests, and forget what others did; returns how many failed, and how many there were."""
        measures, failures, requests = self.measures, 0, 0
        first_failure = task.at
        bodies: dict[bytes, bytes] = {}
        waiting = {change.ticket: change for change in self.copy.waiting(task.ended)} if task.ok else {}
        for entry in self.world.journal.since(self.counted):
            self.counted = entry.n
            if entry.outcome == "error":
                raise EmulatorFailure(f"the emulator failed in call #{entry.n}: {entry.error}")
            if entry.actor != "client":
                continue
            requests += 1
            hour = measures.hour(entry.at)
            measures.calls.add(hour, 1)
            measures.operations[entry.operation or "none"] += 1
            measures.outcomes[entry.outcome] += 1
            if entry.exchange is not None:
                body = entry.exchange.reply_body
                measures.bytes.add(hour, len(entry.exchange.body) + len(body))
                entry.exchange.reply_body = bodies.setdefault(body, self.bodies.get(body, body))
            # A refusal that the client took in its stride was an answer, as one that says that there is no such ticket.
            if entry.faults or (entry.outcome not in ("ok", "page") and not (task.ok and entry.outcome == "refused")):
                first_failure = first_failure if failures else entry.at
                failures += 1
                measures.errors.add(hour, 1)
            one = exchanged(entry, task.index)
            entry.exchange = None  # they hold each other
            if waiting and one.received:
                self._named(one.received, waiting, task.ended)
            if self.desk.heavy(one) and self.desk.live_hours(entry.at, self.dialect):
                measures.live.add(hour, 1)
            self.recent.append(one)
        if failures:
            measures.failing(first_failure, failures)
        elif task.ok and requests:
            measures.recovered(task.ended)
        if task.do == "sync":
            self.bodies = bodies
        self._forget()
        return failures, requests

    def _named(self, body: bytes, waiting: dict[str, Change], ended: int) -> None:
        """Which of the changes that wait an answer may have told: those of tickets that it names."""
        for ticket in list(waiting):
            found = body.find(ticket.encode())
            while found >= 0:
                before, after = body[found - 1 : found], body[found + len(ticket) : found + len(ticket) + 1]
                if not (before.isdigit() or after.isdigit()):
                    for change in self.copy.owed[ticket]:
                        if change.told is None and change.due <= ended:
                            change.told = ended
                    del waiting[ticket]
                    break
                found = body.find(ticket.encode(), found + 1)

    def _forget(self) -> None:
        self.counted = max(self.counted, self.world.journal.count)
        self.world.journal.forget(self.counted)
        self.reveals.clear()

    # --- the copy ---

    def _perhaps_look(self, task: Task, failures: int) -> None:
        """Look at the copy where it may show something that is owed, a large one not after every sync."""
        self.since_look += 1
        if not self.copy.owed and not failures:
            return
        rare = min(RAREST, 1 + len(self.copy.raw) // SMALL)
        if self.since_look >= rare:
            self._look()

    def _look(self, torn: bool = False) -> None:
        if not self.shows_mirror:
            return
        self.since_look = 0
        before = self.runner.server.answers
        answer = self.runner.tell("mirror", {})
        now = self.world.clock.now()
        self.looks += 1
        self.asking_looks += self.runner.server.answers > before
        if answer.failed:
            return
        rows = answer.ok.get("records") if isinstance(answer.ok, Mapping) else answer.ok
        if not isinstance(rows, (list, tuple)) or not all(isinstance(each, Mapping) and "id" in each for each in rows):
            raise DriverFailure(
                'mirror must answer {"records": [{"id": "...", "fields": {...}}, ...]} or the list alone, got '
                f"{str(answer.ok)[:120]!r}",
                self.driver.output,
            )
        for shown in self.copy.shows(rows, now):
            change = shown.change
            self.shown(shown)
            if change.kind != "back_file":
                self.measures.staleness.add(self.measures.hour(change.due), shown.at - change.due)
        if isinstance(self.driver, CallableDriver):
            self.driver.known = self.copy.raw
        for outage in self.measures.outages:
            if outage.drained is None and outage.until <= now and not self.copy.due(outage.until, outage.begun):
                outage.drained = now

    # --- hours ---

    def _count_hours(self, now: int) -> None:
        """Read what the requests of the hours that are over met of the vendor's limit."""
        hour = self.measures.hour(now)
        if hour <= self.judged_hour:
            return
        begin = self.scenario.start + self.judged_hour * HOUR
        while self.recent and self.recent[0].at < begin - KEPT:
            self.recent.popleft()
        while self.tasks and self.tasks[0].ended < begin - KEPT:
            self.tasks.popleft()
        while self.administered and self.administered[0].at < begin - KEPT:
            self.administered.popleft()
        self.judged_hour = hour
        if not self.recent or self.recent[-1].at < begin:
            return
        history = self.history()
        fresh = {each.n: each for each in self.recent if each.at >= begin}
        for n, usage in self.desk.usage(history, self.dialect).items():
            if n in fresh:
                at = self.measures.hour(fresh[n].at)
                self.measures.share.most(at, usage.share)
                self.measures.throttled.add(at, usage.throttled)
                self.measures.latency.add(at, usage.latency)
        failed = any(self.measures.errors.values[self.measures.hour(begin) : hour])
        for listener in self.listeners:
            listener(history, begin, failed)

    def history(self) -> History:
        """The requests that are kept, as duties and a vendor's `usage` read them; no copy and no truth."""
        return History(
            vendor=self.scenario.vendor,
            start=self.scenario.start,
            end=self.world.clock.now(),
            dialect=self.dialect,
            hello=self.driver.hello(),
            options=dict(self.options),
            secrets=tuple(self.world.installation(self.scenario.vendor).secrets),
            changes=tuple(self.administered),
            exchanges=tuple(self.recent),
            tasks=tuple(self.tasks),
            truth={},
            mirror=None,
            entity=self.profile.entity,
        )


def when(at: int) -> str:
    """An instant as reports write it: to the second, in UTC."""
    return instants.to_iso(at - at % SECOND)
