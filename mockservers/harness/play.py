"""The play: one scenario against one client, in a fresh world on a real port, and the history of it.

After the scenario's steps the world settles: faults are cleared, credentials given back, delays passed; the client is
told again what it could not finish for want of an answer (same key), works twice more and shows its mirror. This module
acts and writes down; it judges nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from mockservers.harness.drivers import KILL, LISTENING, RESTART, Answer, DriverFailure, Hello, shorten
from mockservers.harness.drivers.mirror import Mirrored
from mockservers.harness.history import History, Record, Task, Truth, records, revealing, split, stored
from mockservers.harness.power_cut import KILLED, PowerCut
from mockservers.harness.profile import VendorProfile, profile
from mockservers.harness.scenarios import (
    CUSTOMER,
    ClientStep,
    ClockStep,
    FaultStep,
    Meanwhile,
    OtherStep,
    Scenario,
    ScenarioError,
    births,
    named,
)
from mockservers.harness.truth import listed
from mockservers.kernel import instants, listeners, webhooks
from mockservers.kernel.journal import Entry, Exchange
from mockservers.kernel.operations import Recipe
from mockservers.kernel.redaction import mask
from mockservers.kernel.rules import Misuse
from mockservers.kernel.world import World, WorldConfig
from mockservers.registry import emulator

if TYPE_CHECKING:
    from mockservers.harness.runner import Runner

REST = 5 * instants.MINUTE
"""Virtual time between the last two syncs."""
LONGEST_SLEEP = 400 * 86_400.0


class Declined(Exception):
    """The client refused `reset`: it cannot work with this dialect, which is honest; the play does not count."""


class EmulatorFailure(Exception):
    """The emulator itself failed during a play. Neither the client's fault nor a verdict."""


@dataclass
class _Pending:
    """Steps of others that wait for a request of the task under way."""

    left: int
    steps: tuple[OtherStep, ...]


class Play:
    """One play, from a new world to its history."""

    passing: ClassVar[bool] = False  # whether it may take months: entries of the journal are read at once and let go

    def __init__(self, runner: Runner, scenario: Scenario, state: Path) -> None:
        self.scenario = scenario
        self.runner = runner
        self.driver = runner.driver
        self.profile: VendorProfile = profile(scenario.vendor)
        self.base = runner.server.url
        self.state = state
        config = WorldConfig(
            seed=scenario.seed,
            mode="frozen",
            start=scenario.start,
            data={scenario.vendor: Recipe.parse(scenario.data)},
            dialects={scenario.vendor: scenario.dialect},
            whole_bodies=True,
            passing=self.passing,
            spilling=self.passing,
            virtual_waits=True,
        )
        self.world: World = runner.worlds.replace_default(config)
        self.world.observers.append(self._finished)
        self.reveals: dict[int, tuple[str, ...]] = {}
        self.ids: list[str | None] = []
        """The tickets by label, None for one that the client was told to make and did not."""
        self.parts: tuple[str, ...] = self.profile.parts
        self.options: Mapping[str, Any] = {}
        self.credentials: Mapping[str, str] = {}
        self.keys = 0
        self.unanswered: list[tuple[str, dict[str, Any]]] = []
        self.tasks: list[Task] = []
        self.restarts: list[int] = []
        self.truth: Truth = {}
        self.truth_at = -1
        self.mirror: dict[str, Record] | None = None
        self.listed: list[Record] = []
        self.pending: _Pending | None = None
        self.cut: PowerCut | None = None
        self.trouble_inside: Exception | None = None
        self.driver.asking.now = self._now
        self.driver.asking.sleep = self._sleep

    def masked(self, text: str) -> str:
        """`text` without credentials."""
        return mask(text, self.world.installation(self.scenario.vendor).secrets)

    # --- what the client may ask ---

    def _now(self) -> str:
        return instants.to_iso(self.world.clock.now())

    def _sleep(self, seconds: float) -> str:
        if not 0 <= seconds <= LONGEST_SLEEP:
            raise ValueError(f"a client may sleep from 0 to {LONGEST_SLEEP:g} seconds, got {seconds:g}")
        self.world.clock.advance(round(seconds * instants.SECOND))
        return self._now()

    # --- the play ---

    def run(self) -> History:
        hello = self._begin()
        for n, step in enumerate(self.scenario.steps, 1):
            try:
                self._step(step)
            except ScenarioError as error:
                raise ScenarioError(f"step {n}: {error}") from error
        self._settle()
        truth = self._truth()
        if self.mirror is None and "mirror" in hello.tasks:
            self._look()
        return self._history(hello, self.options, truth)

    def _begin(self) -> Hello:
        """Tell the client where it is, and what an integrator would know of the installation."""
        vendor = self.scenario.vendor
        self.driver.take_output()
        hello = self.driver.hello()
        self.parts = self.profile.parts_for(hello.options)
        installation = self.world.installation(vendor)
        options = {"since": instants.to_iso(self.scenario.start)} | self.profile.options(installation.dialect)
        self.options = options | self.profile.known(self.scenario.data)
        self.credentials = {**emulator(vendor).demo_credential, **self.profile.credentials(installation.dialect)}
        self._reset(self.options)
        return hello

    def _reset(self, options: Mapping[str, Any]) -> None:
        here = emulator(self.scenario.vendor)
        answer = self.runner.tell(
            "reset",
            {
                "vendor": self.scenario.vendor,
                "url": self.base,
                "endpoint": self.base + here.endpoint,
                "credentials": dict(self.credentials),
                "now": self._now(),
                "state_dir": str(self.state),
                "options": dict(options),
            },
        )
        if answer.error_kind == "refused":
            raise Declined(answer.error)
        if answer.failed:
            raise DriverFailure(
                f"the client failed in reset: {shorten(answer.error)}. An error of kind `refused` there declines the dialect; "
                f"this one is of kind `{answer.error_kind}`, so nothing can be judged",
                self.driver.output,
            )

    def _step(self, step: OtherStep | ClockStep | FaultStep | ClientStep) -> None:
        if isinstance(step, OtherStep):
            self._act(step)
        elif isinstance(step, ClockStep):
            self._pass(step.by)
        elif isinstance(step, FaultStep):
            self.world.faults.add(
                step.kind,
                step.settings,
                vendor=self.scenario.vendor,
                operation=step.operation,
                skip=step.after,
                times=step.times,
            )
        else:
            self._work(step)
        self._call_listeners()

    def _settle(self) -> None:
        self.world.faults.clear()
        self._credentials(revoked=None)
        self._pass(self.profile.settle)
        for do, message in self.unanswered:
            self._task(do, message, settling=True, again=True)
        self._call_listeners()
        self._task("sync", settling=True)
        self._pass(self._rest())
        self._task("sync", settling=True)

    def _rest(self) -> int:
        """The time between the last two syncs. Who listens asks for what it missed only now and then, as it said."""
        hello = self.driver.hello()
        every = hello.poll_seconds or 0
        return max(REST, round(every * instants.SECOND)) if LISTENING in hello.options else REST

    def _pass(self, by: int) -> None:
        """Let time pass, and the vendor call listeners at their time; raises ScenarioError where the calendar ends."""
        until = self.world.clock.now() + by
        while (due := webhooks.earliest(self.world)) is not None and due <= until:
            self.world.clock.advance(max(0, due - self.world.clock.now()))
            self._call_listeners()
        try:
            self.world.clock.advance(max(until - self.world.clock.now(), min(by, 0)))
        except ValueError as error:
            raise ScenarioError(str(error)) from error

    def _call_listeners(self) -> None:
        """Let the vendor make the calls that are due; the client works on none of its tasks meanwhile."""
        if self.world.calls_listeners:
            listeners.deliver(self.world)

    # --- others ---

    def _act(self, step: OtherStep) -> None:
        if step.operation in ("revoke", "restore"):
            self._credentials(revoked=self.world.clock.now() if step.operation == "revoke" else None)
            return
        if not self._all_there(step):
            self.ids += [None] * births(self.profile, step)
            return
        request: dict[str, Any] = {}
        if step.ticket:
            request["id"] = self._id(step.ticket)
        if step.action:
            request["action"] = step.action
        for key, value in step.more.items():
            request[key] = self._id(value) if key in self.profile.label_keys else value
        if step.fields:
            request["fields"] = dict(step.fields)
        if step.delay:
            request["delay"] = step.delay / instants.SECOND
        for _ in range(step.times):
            try:
                result = self.world.act(self.scenario.vendor, step.operation, dict(request))
            except Misuse as misuse:
                label = f" {step.ticket}" if step.ticket else ""
                raise ScenarioError(f"others cannot {step.action or step.operation}{label}: {misuse}") from misuse
            self._acted(step, result)
            # Some acts change another ticket too (its older version, its parent); the history must know.
            touched = {request[key] for key in ("id", *self.profile.label_keys) if key in request} - {str(result["id"])}
            for other in sorted(touched):
                self._told(self.world.act(self.scenario.vendor, "read", {"id": other}))

    def _acted(self, step: OtherStep, result: Mapping[str, Any]) -> None:  # `result` is the truth after it
        if births(self.profile, step):
            self.ids.append(str(result["id"]))
        self._told(result)

    def _told(self, result: Mapping[str, Any]) -> None:
        """The truth of a record that others acted upon; the history finds it in the journal."""

    def _id(self, label: str) -> str:
        """The id behind a label (or the installation's own)."""
        found = label if label == CUSTOMER else self.ids[int(label[1:]) - 1]
        assert found is not None
        return found

    def _all_there(self, step: OtherStep | ClientStep) -> bool:
        """Whether every ticket that a step names was made; one that the client failed to make is nobody's mistake."""
        return all(self.ids[int(label[1:]) - 1] is not None for label in named(self.profile, step))

    def _credentials(self, revoked: int | None) -> None:
        """Take the client's credential away, or give it back."""
        tenants = self.world.installation(self.scenario.vendor).tenants
        for credential in tenants.credentials:
            if credential.tenant == tenants.first.name:
                credential.revoked = revoked

    def _finished(self, entry: Entry, exchange: Exchange) -> None:
        """A request of the client was answered: perhaps it is time for what others do meanwhile."""
        # The exchange itself is searched: a mask in the journal may be text that the client wrote.
        self.reveals[entry.n] = revealing(exchange, self.world.installation(self.scenario.vendor).secrets)
        if self.cut is not None:
            self.cut.answered()
        if self.pending is None or self.trouble_inside is not None:
            return
        self.pending.left -= 1
        if self.pending.left == 0:
            self._meanwhile()

    def _meanwhile(self) -> None:
        pending, self.pending = self.pending, None
        try:
            for step in pending.steps if pending is not None else ():
                self._act(step)
        except Exception as error:  # raised later, where the scenario is played, not inside the server
            self.trouble_inside = error

    # --- the client ---

    def _work(self, step: ClientStep) -> None:
        """Tell the client to do what a step says; a ticket that it makes gets the next label."""
        if step.task == RESTART:
            self._restart()
            return
        if not self._all_there(step):
            self._instead(step.meanwhile)
            return
        message: dict[str, Any] = {}
        if step.ticket is not None:
            message["record"] = self._id(step.ticket)
        if step.task in ("create", "note"):
            self.keys += 1
            message["key"] = f"k{self.keys}"
        if step.task in ("create", "update"):
            message["fields"] = dict(step.fields)
        if step.task == "note":
            message |= {"text": step.text} | ({} if step.minutes is None else {"minutes": step.minutes})
        answer = self._task(step.task, message, step.meanwhile, killed_at=step.killed_at)
        if answer is not None and answer.error_kind == "transport" and message:
            self.unanswered.append((step.task, message))
        if births(self.profile, step):
            made = answer.ok if answer is not None and isinstance(answer.ok, Mapping) else {}
            # A client may take an error for a ticket, and tell the id of none.
            there = (self.tasks[-1].became or {}).get(self.profile.entity, {}) if made else {}
            self.ids.append(str(made["id"]) if str(made.get("id")) in there else None)

    def _instead(self, meanwhile: Meanwhile | None) -> None:
        """Others do what they would have done within a task that is not told to the client: later steps name their tickets."""
        for step in meanwhile.steps if meanwhile is not None else ():
            self._act(step)

    def _restart(self, after_cut: bool = False) -> None:
        """End the client and start it again on its state, if it says that it is used to that."""
        if RESTART not in self.driver.hello().options:
            return
        self.driver.restart()
        self.restarts.append(self.world.journal.count)
        self._reset({**self.options, RESTART: True})
        if "mirror" in self.driver.hello().tasks:
            # What it had not written down yet is not there any more, and no later error's doing.
            self._look(torn=after_cut)

    def _task(
        self,
        do: str,
        message: Mapping[str, Any] = MappingProxyType({}),
        meanwhile: Meanwhile | None = None,
        *,
        killed_at: int | None = None,
        settling: bool = False,
        again: bool = False,
    ) -> Answer | None:
        """Tell the client one thing, and write down what came of it; None for a task that it does not know."""
        if do not in self.driver.hello().tasks:
            self._instead(meanwhile)
            return None
        was = self._truth() if message else None
        before, first, at = self.mirror, self.world.journal.count, self.world.clock.now()
        if meanwhile is not None:
            self.pending = _Pending(meanwhile.after_request, meanwhile.steps)
        if killed_at is not None and {KILL, RESTART} <= {*self.driver.hello().options}:
            self.cut = PowerCut(self.world, self.scenario.vendor, self.driver, self.state, killed_at)
        answer = KILLED
        try:
            answer = self.runner.tell(do, message)
        except DriverFailure:  # a program is gone, and an object may ask again for as long as it likes
            if self.cut is None or not self.cut.struck:
                raise
        if self.pending is not None:
            self._meanwhile()
        if self.trouble_inside is not None:
            raise self.trouble_inside
        last, ended = self.world.journal.count, self.world.clock.now()
        if self.cut is not None:
            cut, self.cut = self.cut, None
            cut.over()
            answer = KILLED
            self._restart(after_cut=True)
        elif "mirror" in self.driver.hello().tasks:
            self._look()
        self.tasks.append(
            Task(
                len(self.tasks),
                do,
                at,
                ended,
                first,
                last,
                answer.error_kind,
                answer.error,
                before,
                self.mirror,
                settling,
                asked=dict(message),
                answered=answer.ok,
                was=was,
                became=self._truth() if message else None,
                ticket=message.get("record"),
                again=again,
            )
        )
        return answer

    def _look(self, torn: bool = False) -> None:
        """Ask for the mirror, as the client has it now. `torn`: it may be half written, which the next sync is to mend."""
        try:
            answer: Answer = self.runner.tell("mirror", {})
        except DriverFailure:
            if not torn or not isinstance(self.driver, Mirrored):
                raise
            answer = KILLED
        if answer.failed and torn:
            self.mirror, self.listed = None, []
            return
        if answer.failed:
            # Honest, but it leaves nothing to compare; the report tells of it.
            now, n = self.world.clock.now(), self.world.journal.count
            kind, error = answer.error_kind, answer.error
            self.tasks.append(Task(len(self.tasks), "mirror", now, now, n, n, kind, error))
            self.mirror, self.listed = None, []
            return
        try:
            known = self.mirror or {}
            # What is the same as before is kept once, or a long play would keep every mirror whole.
            self.listed = [known[each.id] if known.get(each.id) == each else each for each in records(answer.ok)]
            self.mirror = {record.id: record for record in self.listed}
        except ValueError as error:
            raise DriverFailure(str(error), self.driver.output) from error

    # --- the truth and the history ---

    def _truth(self) -> Truth:
        """Every record as it truly is; listed anew only when something was asked or done since."""
        if self.truth_at != self.world.journal.count:
            kinds = {self.profile.entity: None, **{part: part for part in self.parts}}
            vendor = self.scenario.vendor
            self.truth = {kind: {r.id: r for r in listed(self.world, vendor, part)} for kind, part in kinds.items()}
            self.truth_at = self.world.journal.count
        return self.truth

    def _history(self, hello: Hello, options: Mapping[str, Any], truth: Truth) -> History:
        installation = self.world.installation(self.scenario.vendor)
        failed = [entry for entry in self.world.journal if entry.outcome == "error"]
        if failed:
            raise EmulatorFailure(f"the emulator failed in call #{failed[0].n}: {failed[0].error}")
        changes, exchanges, deliveries = split(self.world.journal, self.tasks, self.reveals)
        return History(
            vendor=self.scenario.vendor,
            start=self.scenario.start,
            end=self.world.clock.now(),
            dialect=installation.tenants.first.dialect,
            hello=hello,
            options=dict(options),
            secrets=tuple(installation.secrets),
            changes=changes,
            exchanges=exchanges,
            deliveries=deliveries,
            restarts=tuple(self.restarts),
            tasks=tuple(self.tasks),
            truth=truth[self.profile.entity],
            mirror=self.mirror,
            listed=tuple(self.listed),
            output=self.driver.take_output(),
            labels={ticket: f"T{n}" for n, ticket in enumerate(self.ids, 1) if ticket is not None},
            parts={part: truth[part] for part in self.parts},
            entity=self.profile.entity,
            stored=stored(self.state, [self.credentials[name] for name in self.profile.lasting]),
        )
