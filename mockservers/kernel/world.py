"""Worlds: the unit of isolation, and the one door through which every call goes.

A world has a clock, a seed, a fault plan, a journal, and one installation of each vendor, opened at first use.
"""

from __future__ import annotations

import re
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mockservers.kernel import clock as clocks
from mockservers.kernel import files, instants
from mockservers.kernel.clock import Clock, ClockState
from mockservers.kernel.faults import Fault, FaultPlan, Point
from mockservers.kernel.installation import Installation, no_progress
from mockservers.kernel.journal import Entry, Exchange, Journal
from mockservers.kernel.operations import Call, Context, Emulator, Progress, Recipe
from mockservers.kernel.redaction import Redaction, Secret
from mockservers.kernel.rules import Breakdown, Misuse, Refusal, Unsupported
from mockservers.kernel.tenants import Tenant

NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
"""World names are host labels, since a world can be chosen by host."""

LONGEST_SECRET = 8192
"""Bytes, in any of the forms in which a secret is masked."""


@dataclass(frozen=True)
class WorldConfig:
    """What a world begins with, and returns to at a reset.

    `start` is an instant (None = the machine's time), `data` and `dialects` are by vendor. `store` is None for memory,
    or a file `name.db` that becomes `name.<world>.<vendor>.db`.
    """

    seed: int = 1
    mode: clocks.Mode = "real"
    start: int | None = None
    rate: float = 1.0
    data: Mapping[str, Recipe] = field(default_factory=dict)
    dialects: Mapping[str, str | Mapping[str, Any]] = field(default_factory=dict)
    store: Path | None = None
    whole_bodies: bool = False
    """Keep every call and bodies of any length in the journal, as a harness needs them."""
    virtual_waits: bool = False
    """The vendor's own latency moves the clock, and nobody waits for it really."""


Observer = Callable[[Entry, Exchange], None]
"""Gets a call's entry in the journal, and the exchange as it went over the wire, secrets and all."""


@dataclass(frozen=True)
class Checkpoint:
    """A world's state at one moment. Journal and faults are not part of it: history does not go back."""

    clock: ClockState
    images: Mapping[str, bytes]


class World:
    """One isolated set of vendors. All calls are serialised; every one goes through `perform`."""

    def __init__(self, name: str, config: WorldConfig, emulator: Callable[[str], Emulator]) -> None:
        if not NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not a world name: lower-case letters, digits and inner hyphens, at most 40")
        self.name = name
        self._emulator = emulator
        self.clock = Clock(config.mode, config.start, config.rate)
        self.reopened: list[str] = []
        """What files of an earlier server go on with, and which wishes for a new beginning they ignore."""
        self.config = self._continued(config)
        self._lock = threading.RLock()
        self._installations: dict[str, Installation] = {}
        self._checkpoints: dict[str, Checkpoint] = {}
        self.faults = FaultPlan()
        self.journal = self._new_journal()
        self.observers: list[Observer] = []
        """Told of each exchange once it stands in the journal, in the order of the journal and under the world's lock."""

    def _continued(self, config: WorldConfig) -> WorldConfig:
        """The configuration as the files of the world have it, which hold data of their own; sets the clock."""
        given, latest = config, None
        for vendor, path, state in files.states_of(config.store, self.name):
            if not {"seed", "recipe", "clock"} <= state.keys():
                continue
            recipe, clock = Recipe.parse(state["recipe"]), dict(state["clock"])
            # A real clock went on while nobody looked; the others stood still.
            gone = clocks.wall() - clock.pop("wall") if clock["mode"] == "real" else 0
            kept = ClockState(clock["mode"], clock["now"] + gone, clock["rate"])
            latest = kept if latest is None or kept.now > latest.now else latest
            changes = {
                "data": (str(given.data.get(vendor, Recipe())), str(recipe)),
                "seed": (given.seed, state["seed"]),
                "dialect": (
                    self._emulator(vendor).dialects.dialect(config.dialects.get(vendor)).changes(),
                    state["dialect"],
                ),
                "clock": (given.mode, kept.mode),
            }
            ignored = [f"{what} {wanted or 'default'}" for what, (wanted, had) in changes.items() if wanted != had]
            self.reopened.append(
                f"{path.name} goes on with {recipe}, seed {state['seed']}, dialect {state['dialect'] or 'default'}, "
                f"{kept.mode} clock at {instants.to_iso(kept.now)}"
                + (f"; ignored: {', '.join(ignored)}. For a new beginning reset the world" if ignored else "")
            )
            config = replace(config, seed=state["seed"], data={**config.data, vendor: recipe})
        if latest is not None:
            self.clock.restore(latest)
        return config

    def _new_journal(self) -> Journal:
        return Journal(1 << 30, 1 << 30, 1 << 30) if self.config.whole_bodies else Journal()

    def installation(self, vendor: str, progress: Progress = no_progress) -> Installation:
        """The vendor's installation, opened and seeded at first use; raises ValueError for an unknown vendor."""
        with self._lock:
            if vendor not in self._installations:
                self._installations[vendor] = Installation(self, self._emulator(vendor), progress)
            return self._installations[vendor]

    def emulator(self, vendor: str) -> Emulator:
        """The vendor's emulator; opens no installation. Raises ValueError for an unknown vendor."""
        return self._emulator(vendor)

    def opened(self, vendor: str) -> bool:
        """Whether the vendor's installation was asked for already."""
        return vendor in self._installations

    def perform(self, call: Call) -> Any:
        """The one door: identify the caller, consult the faults, run in one transaction, write the journal.

        Returns the operation's value. Raises `Refusal`, `Unsupported`, `Breakdown` or (for other people) `Misuse`, all
        journalled; any other exception of an operation becomes a `Breakdown`.
        """
        with self._lock:
            installation = self.installation(call.vendor)
            now = self.clock.now()
            entry = self.journal.open(now, clocks.wall(), call.vendor, call.operation, call.actor)
            if call.exchange is not None:
                call.exchange.entry = entry
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
            if call.actor == "other":
                # Also a password that was set just now, a token that was handed out.
                clean = Redaction([*ctx.named, *installation.secrets])
                entry.request, entry.result = clean.data(call.request), clean.data(value)
                if installation.store.path is not None:
                    installation.save()
            return value

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
        with installation.store.transaction(), others:
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
        with self._lock:
            self.clock.advance(round(seconds * instants.SECOND))
        return 0.0

    def arrive(self, vendor: str) -> Fault | None:
        """The fault that meets a client's request before anything looks at it, if there is one."""
        with self._lock:
            now = self.clock.now()
            fault = self.faults.consult("arrive", vendor, None, "client", now)
            if fault is not None:
                entry = self.journal.open(now, clocks.wall(), vendor, None, "client")
                entry.outcome = "fault"
                entry.faults.append(fault.kind.name)
            return fault

    def finish(self, vendor: str, exchange: Exchange, error: str | None = None, perhaps: Iterable[str] = ()) -> None:
        """Close a finished exchange: decide its fault on the wire, keep it in the journal with secrets masked, tell observers.

        `vendor` is empty for a request that no vendor's address matches; `perhaps` then names those it may have been
        meant for. `error` is the traceback when the wire itself failed, outside the door.
        """
        with self._lock:
            now = self.clock.now()
            entry = exchange.entry
            if entry is None:
                entry = self.journal.open(now, clocks.wall(), vendor, None, "client")
                entry.outcome = "unmatched" if exchange.status == 404 else "page"
            if error is not None:
                entry.outcome, entry.error = "error", error
            if vendor:
                exchange.fault = self.faults.consult("reply", vendor, entry.operation, entry.actor, now)
            if exchange.fault is not None:
                entry.faults.append(exchange.fault.kind.name)
            self._keep(entry, exchange, [vendor] if vendor else perhaps)
            for observe in self.observers:
                observe(entry, exchange)

    def _keep(self, entry: Entry, exchange: Exchange, vendors: Iterable[str]) -> None:
        """Write a finished exchange into the journal, without the secrets of these vendors."""
        clean = self._cleaner(vendors, exchange)
        entry.cite(*exchange.cited)
        if entry.error is not None:
            entry.error = clean(entry.error)
        entry.notes = [replace(note, text=clean(note.text), facts=clean.data(note.facts)) for note in entry.notes]
        self.journal.attach(entry, self._masked(exchange, clean))

    def _cleaner(self, vendors: Iterable[str], exchange: Exchange) -> Redaction:
        """What takes out the secrets of these vendors.

        It opens no installation: whoever looks at a help page does not wait for data.
        """
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

    def _masked(self, exchange: Exchange, clean: Redaction) -> Exchange:
        # Only what is kept is searched, and a little more, so that no half of a secret stands at the cut.
        most = self.journal.most_body + LONGEST_SECRET

        masked = replace(
            exchange,
            target=clean(exchange.target),
            headers=clean.headers(exchange.headers),
            body=clean.body(exchange.body[:most], exchange.headers),
            reply_headers=clean.headers(exchange.reply_headers),
            reply_body=clean.body(exchange.reply_body[:most], exchange.reply_headers),
            secrets=[],
            entry=None,
            leaving=[],
        )
        masked.left_out = clean.left_out
        return masked

    def act(self, vendor: str, operation: str, request: Any = None, tenant: str | None = None) -> Any:
        """What other people do at the vendor: `perform` for the actor `other`."""
        return self.perform(Call(vendor, operation, request, actor="other", tenant=tenant))

    def tenant(self, vendor: str, name: str | None = None) -> Tenant:
        tenants = self.installation(vendor).tenants
        return tenants.first if name is None else tenants[name]

    def reset(self) -> None:
        """Back to the beginning: data, tenants, switches, clock; journal, faults and checkpoints emptied."""
        with self._lock:
            for installation in self._installations.values():
                installation.store.close()
            for path in files.files_of(self.config.store, self.name).values():
                files.remove(path)
            self._installations.clear()
            self._checkpoints.clear()
            self.reopened.clear()
            self.faults = FaultPlan()
            self.journal = self._new_journal()
            self.clock = Clock(self.config.mode, self.config.start, self.config.rate)

    def checkpoint(self, name: str) -> None:
        """Remember data, tenants, switches and clock under `name`."""
        with self._lock:
            images = {vendor: installation.dump() for vendor, installation in self._installations.items()}
            self._checkpoints[name] = Checkpoint(self.clock.state, images)

    @property
    def checkpoints(self) -> list[str]:
        return list(self._checkpoints)

    def restore(self, name: str) -> None:
        """Return to a checkpoint; vendors opened since then begin anew. Raises ValueError for an unknown name."""
        with self._lock:
            if name not in self._checkpoints:
                raise ValueError(f"there is no checkpoint {name!r}; there are {', '.join(self._checkpoints) or 'none'}")
            kept = self._checkpoints[name]
            for vendor in [each for each in self._installations if each not in kept.images]:
                store = self._installations.pop(vendor).store
                store.close()
                if store.path is not None:
                    files.remove(store.path)
            self.clock.restore(kept.clock)
            for vendor, image in kept.images.items():
                self.installation(vendor).load(image)

    def close(self) -> None:
        with self._lock:
            for installation in self._installations.values():
                if installation.store.path is not None:
                    installation.save()
                installation.store.close()
            self._installations.clear()


class Worlds(Mapping[str, World]):
    """The worlds of one process. `default` is always there."""

    MOST = 1000

    def __init__(self, emulator: Callable[[str], Emulator], config: WorldConfig | None = None) -> None:
        self._emulator = emulator
        store = config.store if config is not None else None
        self._claim = None if store is None else files.Claim(store)
        self._worlds = {"default": World("default", config or WorldConfig(), emulator)}

    def __getitem__(self, name: str) -> World:
        return self._worlds[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._worlds)

    def __len__(self) -> int:
        return len(self._worlds)

    @property
    def default(self) -> World:
        return self._worlds["default"]

    def create(self, name: str, config: WorldConfig | None = None) -> World:
        """A new world, beginning like `default` unless told otherwise; raises ValueError when the name is taken."""
        if name in self._worlds:
            raise ValueError(f"there is a world {name!r} already")
        if len(self._worlds) >= self.MOST:
            raise ValueError(f"there are {self.MOST} worlds already; delete some")
        config = config or self.default.config
        for path in files.files_of(config.store, name).values():
            files.remove(path)  # left by a world of this name in an earlier process
        self._worlds[name] = world = World(name, config, self._emulator)
        return world

    def replace_default(self, config: WorldConfig) -> World:
        """Make `default` another world, as a harness does for each example."""
        self._worlds["default"].close()
        self._worlds["default"] = world = World("default", config, self._emulator)
        return world

    def delete(self, name: str) -> None:
        if name == "default":
            raise ValueError("the world 'default' cannot be deleted; reset it instead")
        world = self._worlds.pop(name)
        world.reset()  # also takes its files away: a later world of this name begins anew
        world.close()

    def close(self) -> None:
        for world in self._worlds.values():
            world.close()
        if self._claim is not None:
            self._claim.release()
