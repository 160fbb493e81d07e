"""Worlds: the unit of isolation, and the one door through which every call goes.

A world has a clock, a seed, a fault plan, a journal, and one installation of each vendor, opened at first use.
"""

from __future__ import annotations

import re
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, replace
from typing import Any

from mockservers.kernel import clock as clocks
from mockservers.kernel import instants, keeping, reopening
from mockservers.kernel.checkpoints import Checkpoint as Checkpoint
from mockservers.kernel.clock import Clock
from mockservers.kernel.faults import Fault, FaultPlan, Point
from mockservers.kernel.installation import CountLog, Installation, no_progress
from mockservers.kernel.journal import Entry, Exchange, Journal, masked
from mockservers.kernel.life import Course
from mockservers.kernel.operations import Call, Context, Emulator, Progress
from mockservers.kernel.overrides import Matcher, OverridePlan
from mockservers.kernel.redaction import Redaction, Secret
from mockservers.kernel.room import Room
from mockservers.kernel.rules import Breakdown, Misuse, Refusal, Unsupported, Unwritable
from mockservers.kernel.tenants import Tenant
from mockservers.kernel.world_config import WorldConfig as WorldConfig

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
"""World names are host labels, since a world can be chosen by host."""


Watcher = Callable[["World", Entry], None]
"""Gets a world and a call there that is complete, as the journal keeps it; in whatever thread, so it must be quick."""
Observer = Callable[[Entry, Exchange], None]
"""Gets a call's entry in the journal, and the exchange as it went over the wire, secrets and all."""


class World:
    """One isolated set of vendors. All calls are serialised; every one goes through `perform`."""

    def __init__(
        self,
        name: str,
        config: WorldConfig,
        emulator: Callable[[str], Emulator],
        room: Room | None = None,
        watchers: list[Watcher] | None = None,
        found: bool | None = None,
        matcher: Matcher | None = None,
    ) -> None:
        """`found` True goes on with what is kept of the world, and raises Gone where nothing is; False begins it anew, and
        raises ValueError where others have it; None does what there is to do."""
        if not NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not a world name: lower-case letters, digits and inner hyphens, at most 40")
        self.name = name
        self._emulator = emulator
        self.keeping = keeping.keeping(config, name)
        if found is False:
            self.keeping.clear(emulator)
        self.turn = self.keeping.turn
        """Around what reads or changes the world (see `Keeping.turn`)."""
        self.room = room or Room()
        self._held, self._closed = 0, False
        self._begin(config)
        self.wished = config
        """What a new beginning is made of, whatever files of an earlier server go on with."""
        self.reopened: list[str] = []
        """What files of an earlier server go on with, and which wishes for a new beginning they ignore."""
        self.config = self._continued(config)
        self.clock.moved = self._keep_clock
        self.answering = threading.Lock()
        """Held while a vendor answers a whole request: by the listener's loop, or by a client in the same process."""
        self._installations: dict[str, Installation] = {}
        self.usages: dict[str, dict[str, deque[int]]] = {}
        """When calls were counted, by vendor and key."""
        self.counts = CountLog() if self.keeping.shared else None
        """What other processes are to be told of the counts."""
        self.told_of_limits: set[str] = set()
        """Vendors of which the log has told that a limit does not end by itself."""
        self.matcher = matcher
        self._busy = self.kept_waiting = False
        self.faults, self.overrides = FaultPlan(), OverridePlan()
        self.journal = self._new_journal()
        self.observers: list[Observer] = []
        """Told of each exchange once it stands in the journal, in the order of the journal and under the world's lock."""
        self.watchers: list[Watcher] = [] if watchers is None else watchers
        """Told of each call, also of other people's; the worlds of a process share them."""
        self.keeping.begin(self, found)

    def _continued(self, config: WorldConfig) -> WorldConfig:
        """The configuration as the files of the world have it, which hold data of their own; sets the clock."""
        found = reopening.reopened(config, self.keeping, self._emulator)
        self.reopened += found.says
        if found.beginning is not None:
            self.beginning = found.beginning
        if found.clock is not None:
            self.clock.restore(found.clock)
        return found.config

    def _begin(self, config: WorldConfig) -> None:
        """Start the clock. The instant at which it starts and the seed decide what happened before, for every vendor."""
        self.clock = Clock(config.mode, config.start, config.rate)
        self.beginning = self.clock.beginning

    def clock_kept(self) -> dict[str, Any]:
        """The clock as files keep it, with the machine's time beside it."""
        return {**asdict(self.clock.state), "wall": clocks.wall()}

    def _keep_clock(self) -> None:
        self.keeping.keep_clock(self)

    def _new_journal(self) -> Journal:
        journal = self._empty_journal()
        if self.keeping.shared:
            journal.touched = {}
        return journal

    def _empty_journal(self) -> Journal:
        if self.config.desk is not None:  # whose client is judged, by what it was told
            return Journal(most_bytes=256 << 20, most_body=2 << 20)
        return Journal(1 << 30, 1 << 30, 1 << 30) if self.config.whole_bodies else Journal()

    def installation(self, vendor: str, progress: Progress = no_progress) -> Installation:
        """The vendor's installation, opened and seeded at first use; raises ValueError for an unknown vendor."""
        with self.turn():
            if vendor not in self._installations:
                self.check_room(vendor)
                self._installations[vendor] = Installation(self, self._emulator(vendor), progress)
                self._weigh()
            return self._installations[vendor]

    def check_room(self, vendor: str) -> None:
        """Raise Unwritable when there is no memory left to open a vendor that is not opened."""
        if self.room.full and vendor not in self._installations:
            raise Unwritable(self.room.refusal(f"{vendor} is not opened in the world {self.name!r}"))

    def _weigh(self) -> None:
        """Tell the room what this world holds by now; where that is too much, the journal forgets first."""
        if self._closed:
            return
        if self.room.full and not self.config.whole_bodies:
            self.journal.shrink()
        held = (
            self.journal.held + self.keeping.checkpoints.held + sum(each.size for each in self._installations.values())
        )
        self.room.add(held - self._held)
        self._held = held

    def emulator(self, vendor: str) -> Emulator:
        """The vendor's emulator; opens no installation. Raises ValueError for an unknown vendor."""
        return self._emulator(vendor)

    def opened(self, vendor: str) -> bool:
        """Whether the vendor's installation was asked for already."""
        return vendor in self._installations or vendor in self.keeping.vendors()

    def perform(self, call: Call) -> Any:
        """The one door: identify the caller, consult the faults, run in one transaction, write the journal.

        Returns the operation's value. Raises `Refusal`, `Unsupported`, `Breakdown` or (for other people) `Misuse`, all
        journalled; any other exception of an operation becomes a `Breakdown`.
        """
        with self.turn():
            installation = self.installation(call.vendor)
            now = self.clock.now()
            if installation.life is not None:
                installation.life.catch_up(now)
            entry = self.journal.open(now, clocks.wall(), call.vendor, call.operation, call.actor)
            if call.exchange is not None:
                earlier, call.exchange.entry = call.exchange.entry, entry
                if earlier is not None:  # the wire could not tell the answer that it had, and asks again
                    self._tell(earlier, settle=True)
                entry.cite(*call.exchange.cited)  # first: the rule that refuses stands last
            ctx = Context(self, installation, call, now, entry)
            try:
                value = self._run(ctx)
            except Refusal as refusal:
                ctx.cite(refusal.rule)
                entry.outcome, entry.refusal = ("fault" if entry.faults else "refused"), refusal.kind
                entry.refused_by = refusal.rule
                raise
            except Unsupported as unsupported:
                entry.outcome, entry.error = "unsupported", str(unsupported)
                raise
            except Misuse as misuse:
                entry.outcome, entry.refusal, entry.error = "refused", "MISUSE", str(misuse)
                raise
            except Breakdown as breakdown:
                entry.outcome, entry.error = ("fault" if breakdown.injected else "error"), str(breakdown)
                raise
            except Exception as error:
                entry.outcome, entry.error = "error", "".join(traceback.format_exception(error))
                raise Breakdown(f"{type(error).__name__}: {error}", injected=False) from error
            else:
                if call.actor == "other" and not self.config.passing:
                    # Also a password that was set just now, a token that was handed out.
                    clean = Redaction([*ctx.named, *installation.secrets])
                    entry.request = self.journal.fitting(call.request, clean.data)
                    entry.result = self.journal.fitting(value, clean.data)
            finally:
                # Otherwise it is settled when the exchange is finished.
                if call.exchange is None and not self.config.passing:
                    self._tell(entry, settle=True)
                    self._weigh()
            return value

    def _tell(self, entry: Entry, settle: bool = False) -> None:
        if settle and not self.config.passing:
            self.journal.settle(entry)
        for watch in tuple(self.watchers):
            watch(self, entry)

    def _run(self, ctx: Context) -> Any:
        call, installation = ctx.call, ctx.installation
        if call.defect is not None:
            if call.login_first:
                with installation.store.transaction():
                    installation.emulator.identify(ctx)
            raise call.defect
        operation = installation.emulator.find(call.actor, call.operation)
        if operation is None:
            raise Unsupported(f"{call.vendor} operation {call.operation!r}")
        others = installation.administered() if call.actor == "other" else nullcontext()
        with others, installation.writing(always=call.actor == "other"):
            if call.actor == "other":
                ctx.tenant = installation.tenants[call.tenant] if call.tenant else installation.tenants.first
            else:
                ctx.tenant = installation.emulator.identify(ctx)
                installation.count(ctx.tenant.name, ctx.now)
            ctx.entry.tenant = ctx.tenant.name
            self._strike(ctx, "admit")
            value = operation.run(ctx, call.request)
            self._strike(ctx, "commit")
        return value

    def _strike(self, ctx: Context, point: Point) -> None:
        fault = self.faults.consult(point, ctx.call.vendor, ctx.call.operation, ctx.call.actor, ctx.now)
        if fault is None:
            return
        ctx.entry.faults.append(fault.kind.name)
        if fault.kind.name != "refuse":
            raise Breakdown(f"injected fault {fault.kind.name}", injected=True)
        refusals = ctx.installation.emulator.refusals
        wanted = fault.settings["refusal"] or next(iter(refusals))
        if wanted not in refusals:
            raise Breakdown(f"no refusal {wanted!r}; {ctx.call.vendor} has {', '.join(refusals)}", injected=True)
        raise refusals[wanted]()

    def wait(self, seconds: float) -> float:
        """Let the vendor's latency pass, in seconds of its time; tells how many real seconds an answer is held back."""
        if not self.config.virtual_waits:
            return self.clock.real_seconds(seconds)
        with self.turn():
            self.clock.advance(round(seconds * instants.SECOND))
        return 0.0

    def arrive(self, vendor: str) -> Fault | None:
        """The fault that meets a client's request before anything looks at it, if there is one."""
        with self.turn():
            now = self.clock.now()
            if self.config.desk is not None:
                course = self.installation(vendor).life
                if course is not None:
                    course.meet(now)
            fault = self.faults.consult("arrive", vendor, None, "client", now)
            if fault is not None:
                entry = self.journal.open(now, clocks.wall(), vendor, None, "client")
                entry.outcome = "fault"
                entry.faults.append(fault.kind.name)
                self._tell(entry, settle=True)
            return fault

    def finish(self, vendor: str, exchange: Exchange, error: str | None = None, perhaps: Iterable[str] = ()) -> None:
        """Close a finished exchange: decide its fault on the wire, keep it in the journal with secrets masked, tell observers.

        `vendor` is empty for a request that no vendor's address matches; `perhaps` then names those it may have been
        meant for. `error` is the traceback when the wire itself failed, outside the door.
        """
        with self.turn():
            now = self.clock.now()
            entry = exchange.entry
            if entry is None:
                entry = self.journal.open(now, clocks.wall(), vendor, None, "client")
                entry.outcome = "overridden" if exchange.override else "unmatched" if exchange.status == 404 else "page"
            if error is not None:
                entry.outcome, entry.error = "error", error
            if vendor:
                exchange.fault = self.faults.consult("reply", vendor, entry.operation, entry.actor, now)
            if exchange.fault is not None:
                entry.faults.append(exchange.fault.kind.name)
            self._keep(entry, exchange, self._meant(vendor, entry, exchange) if vendor else perhaps)
            self._weigh()
            for observe in self.observers:
                observe(entry, exchange)
            self._tell(entry)

    @property
    def calls_listeners(self) -> bool:
        """Whether some vendor was asked to call somebody. Asked from any thread, also while another opens a vendor."""
        return any(each.calls_listeners for each in list(self._installations.values()))

    @contextmanager
    def busy(self) -> Iterator[None]:
        """The vendor answers nobody until this is over; whoever carries requests asks `held` before it brings one."""
        self._busy, self.kept_waiting = True, False
        try:
            yield
        finally:
            self._busy = False

    @property
    def held(self) -> bool:
        """Whether a request has to wait before it is answered. It is written down that one waits."""
        if self._busy:
            self.kept_waiting = True
        return self._busy

    def vendor_context(self, installation: Installation, tenant: Tenant, operation: str, entry: Entry) -> Context:
        """What semantics know where no call came, and the vendor itself does something for a tenant."""
        call = Call(installation.emulator.name, operation, actor="vendor", tenant=tenant.name)
        ctx = Context(self, installation, call, self.clock.now(), entry)
        ctx.tenant = tenant
        return ctx

    def called(self, entry: Entry, exchange: Exchange) -> None:
        """Close a call that a vendor made to a listener: keep it in the journal, and tell whoever watches."""
        with self.turn():
            self._keep(entry, exchange, [entry.vendor])
            self._weigh()
            self._tell(entry)

    def malformed(self, exchange: Exchange, hint: str, perhaps: Iterable[str]) -> None:
        """Journal a request that could not be read, and so went to no vendor; `hint` says why, and what to do."""
        with self.turn():
            entry = self.journal.open(self.clock.now(), clocks.wall(), "", None, "client")
            entry.outcome, entry.error = "malformed", hint
            self._keep(entry, exchange, perhaps)
            self._weigh()
            self._tell(entry)

    def _meant(self, vendor: str, entry: Entry, exchange: Exchange) -> Iterable[str]:
        """Whose secrets may stand in an exchange: of the vendor whose address it was; and of every other, where the vendor
        does not know the caller, who may have mistaken the address."""
        recognised = entry.tenant is not None and exchange.secrets
        if recognised or not (exchange.body or "=" in exchange.target):
            return [vendor]
        return dict.fromkeys([vendor, *exchange.perhaps])

    def _keep(self, entry: Entry, exchange: Exchange, vendors: Iterable[str]) -> None:
        """Write a finished exchange into the journal, without the secrets of these vendors."""
        entry.cite(*exchange.cited)
        if self.config.passing:
            entry.exchange = exchange
            return
        clean = self._cleaner(vendors, exchange)
        if entry.error is not None:
            entry.error = clean(entry.error)
        entry.notes = [replace(note, text=clean(note.text), facts=clean.data(note.facts)) for note in entry.notes]
        self.journal.attach(entry, masked(exchange, clean, self.journal.most_body))

    def _cleaner(self, vendors: Iterable[str], exchange: Exchange) -> Redaction:
        """What takes out the secrets of these vendors. Opens no installation: a help page does not wait for data."""
        secrets = list(exchange.secrets)
        patterns: list[Secret] = []
        for vendor in vendors:
            emulator = self._emulator(vendor)
            patterns += emulator.secret_patterns
            if vendor in self._installations:
                secrets += self._installations[vendor].secrets
            else:
                secrets += emulator.demo_credential.values()
        return Redaction(secrets, patterns)

    def redaction(self) -> Redaction:
        """What takes out the secrets of every vendor opened so far, in whatever is shown of this world."""
        return Redaction([secret for each in list(self._installations.values()) for secret in each.secrets])

    def act(self, vendor: str, operation: str, request: Any = None, tenant: str | None = None) -> Any:
        """What other people do at the vendor: `perform` for the actor `other`."""
        return self.perform(Call(vendor, operation, request, actor="other", tenant=tenant))

    def tenant(self, vendor: str, name: str | None = None) -> Tenant:
        tenants = self.installation(vendor).tenants
        return tenants.first if name is None else tenants[name]

    def reset(self) -> None:
        """Back to the beginning as `wished`: data, tenants, switches, clock; journal, faults and checkpoints emptied."""
        with self.turn():
            for installation in self._installations.values():
                installation.store.close()
            self._installations.clear()
            self.usages.clear()
            self.keeping.forget(self._emulator)
            self.reopened.clear()
            self.faults, self.overrides = FaultPlan(), OverridePlan()
            self.journal = self._new_journal()
            self.config = self.wished
            self._begin(self.config)
            self.clock.moved = self._keep_clock
            self._weigh()
            self.room.give_back()

    def checkpoint(self, name: str) -> None:
        """Remember data, tenants, switches and clock under `name`. Raises Unwritable when there is no memory left for it."""
        with self.turn():
            if self.room.full:
                raise Unwritable(self.room.refusal(f"the checkpoint {name!r} is not made"))
            self._open_kept()
            images = {vendor: installation.dump() for vendor, installation in self._installations.items()}
            self.keeping.checkpoints[name] = Checkpoint(self.clock.state, images)
            self._weigh()

    @property
    def checkpoints(self) -> list[str]:
        return list(self.keeping.checkpoints)

    def _open_kept(self) -> None:
        """Open what other processes have opened, where all vendors are meant."""
        for vendor in self.keeping.vendors():
            self.installation(vendor)

    def restore(self, name: str) -> None:
        """Return to a checkpoint; vendors opened since then begin anew. Raises ValueError for an unknown name."""
        with self.turn():
            checkpoints = self.keeping.checkpoints
            if name not in checkpoints:
                raise ValueError(f"there is no checkpoint {name!r}; there are {', '.join(checkpoints) or 'none'}")
            kept = checkpoints[name]
            self._open_kept()
            for vendor in [each for each in self._installations if each not in kept.images]:
                self._installations.pop(vendor).store.remove()
                self.usages.pop(vendor, None)
            self.clock.restore(kept.clock)
            for vendor, image in kept.images.items():
                self.installation(vendor).load(image)
            self._keep_clock()  # the images know of the clock what was when they were made
            self._weigh()

    def parts(self) -> dict[str, Any]:
        """What the world has beside its vendors and its calls, as JSON can hold it: what processes must agree about."""
        return {
            "clock": {**self.clock.dump(), "born": self.beginning},
            "faults": self.faults.dump(),
            "overrides": self.overrides.dump(),
        }

    def load_part(self, name: str, value: Any) -> None:
        """Take over one of the `parts` as another process has it."""
        if name == "clock":
            self.clock.load(value)
            self.beginning = value["born"]
        elif name == "faults":
            self.faults.load(value)
        else:
            self.overrides.load(value, self.matcher)

    def begin_anew(self, config: WorldConfig) -> None:
        """Go on with the beginning that another process has made."""
        self.config = self.wished = config

    @property
    def opened_vendors(self) -> set[str]:
        return set(self._installations)

    def courses(self) -> dict[str, Course]:
        """The lives of the vendors that are opened in this process. Asked from any thread, and without a turn."""
        found = list(self._installations.items())
        return {vendor: each.life for vendor, each in found if each.life is not None}

    def drop(self, vendor: str) -> None:
        """Another process has taken a vendor's data away; it begins anew when it is called."""
        self._installations.pop(vendor).store.close()
        self.usages.pop(vendor, None)

    def leave(self) -> None:
        """Let go of everything here; what is kept of the world stays as it is."""
        for installation in self._installations.values():
            installation.store.close()
        self._installations.clear()
        self.usages.clear()
        self.faults, self.overrides = FaultPlan(), OverridePlan()
        self.journal = self._new_journal()
        self.room.add(-self._held)
        self._held = 0

    def close(self) -> None:
        """Save what is kept in files, and let everything go. Raises Unwritable for a file that could not be written."""
        if self.keeping.shared:  # all is kept, and others go on with it
            self.leave()
            self.keeping.close()
            self._closed = True
            return
        with self.turn():
            failures: list[Unwritable] = []
            for installation in self._installations.values():
                try:
                    if installation.store.lasting:
                        installation.save()
                except Unwritable as failure:
                    failures.append(failure)
                finally:
                    installation.store.close()
            self._installations.clear()
            self.keeping.close()
            self.room.add(-self._held)
            self._held, self._closed = 0, True
            if failures:
                raise failures[0]


from mockservers.kernel.worlds import Worlds as Worlds  # noqa: E402 - worlds are made of this one
